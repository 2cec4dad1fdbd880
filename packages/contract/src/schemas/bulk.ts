/** Many at once: what is asked, and a result for each, in the order of the question. */

export const bulkSchemas = {
  RegistrationList: {
    type: 'object',
    description: 'Many registrations. Not all or nothing: each has its own result.',
    properties: {
      instances: { type: 'array', description: 'At most 1000.', items: { $ref: '#/components/schemas/Registration' }, maxItems: 1000 },
    },
    required: ['instances'],
    additionalProperties: false,
    examples: [{ instances: [{ service: 'payments', host: '10.0.0.5', port: 8080 }] }],
  },
  RegistrationResults: {
    type: 'object',
    properties: { results: { type: 'array', items: { $ref: '#/components/schemas/RegistrationResult' } } },
    required: ['results'],
    examples: [{ results: [{ status: 201, namespace: 'default', service: 'payments', id: 'payments-10.0.0.5-8080', revision: 42 }] }],
  },
  RegistrationResult: {
    type: 'object',
    description: 'What one registration alone would have been answered, in short.',
    properties: {
      status: {
        type: 'integer',
        description: '201 for a new instance, 200 for a known one, else the status of the problem.',
        minimum: 200,
        maximum: 599,
      },
      namespace: { $ref: '#/components/schemas/Namespace' },
      service: { $ref: '#/components/schemas/ServiceName' },
      id: { $ref: '#/components/schemas/InstanceId' },
      revision: { $ref: '#/components/schemas/Revision' },
      problem: { $ref: '#/components/schemas/Problem' },
    },
    required: ['status'],
    examples: [{ status: 200, namespace: 'default', service: 'payments', id: 'payments-10.0.0.5-8080', revision: 42 }],
  },
  HeartbeatList: {
    type: 'object',
    properties: {
      ids: { type: 'array', description: 'At most 10000.', items: { $ref: '#/components/schemas/InstanceId' }, maxItems: 10000 },
    },
    required: ['ids'],
    additionalProperties: false,
    examples: [{ ids: ['payments-10.0.0.5-8080', 'payments-10.0.0.6-8080'] }],
  },
  HeartbeatResults: {
    type: 'object',
    properties: { results: { type: 'array', items: { $ref: '#/components/schemas/HeartbeatResult' } } },
    required: ['results'],
    examples: [{ results: [{ id: 'payments-10.0.0.5-8080', status: 204 }] }],
  },
  HeartbeatResult: {
    type: 'object',
    description: 'What one heartbeat alone would have been answered.',
    properties: {
      id: { type: 'string', description: 'As it was sent, if it was a text.' },
      status: { type: 'integer', description: '204 if it was heard; 404 says: register again.', minimum: 200, maximum: 599 },
      problem: { $ref: '#/components/schemas/Problem' },
    },
    required: ['status'],
    examples: [{ id: 'payments-10.0.0.5-8080', status: 204 }],
  },
} as const;
