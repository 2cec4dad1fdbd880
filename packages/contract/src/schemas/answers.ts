/** What is answered about services and about the node itself, and the problem that is answered instead. */

export const answerSchemas = {
  ServiceSummary: {
    type: 'object',
    properties: {
      service: { $ref: '#/components/schemas/ServiceName' },
      instances: { type: 'integer', minimum: 0 },
      inRotation: { type: 'integer', minimum: 0 },
      held: { type: 'integer', description: 'How many should have departed, and wait because of the guard.', minimum: 0 },
      panic: { type: 'boolean', description: 'Too few are in rotation: all that are eligible are answered, marked.' },
    },
    required: ['service', 'instances', 'inRotation'],
    examples: [{ service: 'payments', instances: 3, inRotation: 3 }],
  },
  Services: {
    type: 'object',
    properties: {
      revision: { $ref: '#/components/schemas/Revision' },
      services: { type: 'array', items: { $ref: '#/components/schemas/ServiceSummary' } },
    },
    required: ['revision', 'services'],
    examples: [{ revision: 42, services: [{ service: 'payments', instances: 3, inRotation: 3 }] }],
  },
  Namespaces: {
    type: 'object',
    properties: {
      revision: { $ref: '#/components/schemas/Revision' },
      namespaces: { type: 'array', items: { $ref: '#/components/schemas/Namespace' } },
    },
    required: ['revision', 'namespaces'],
    examples: [{ revision: 42, namespaces: ['blue', 'default'] }],
  },
  ServiceInstances: {
    type: 'object',
    description: 'Who should be called. A service that nobody knows is one without instances.',
    properties: {
      service: { $ref: '#/components/schemas/ServiceName' },
      revision: { $ref: '#/components/schemas/Revision' },
      panic: { type: 'boolean', description: 'Too few are in rotation, so these are all that are eligible. Only there when true.' },
      instances: { type: 'array', items: { $ref: '#/components/schemas/Instance' } },
    },
    required: ['service', 'revision', 'instances'],
    examples: [{ service: 'payments', revision: 42, instances: [] }],
  },
  Change: {
    type: 'object',
    description: 'The data of a `change` event. Leaving the rotation is a remove, coming back an upsert.',
    properties: {
      revision: { $ref: '#/components/schemas/Revision' },
      upserts: { type: 'array', items: { $ref: '#/components/schemas/Instance' } },
      removes: { type: 'array', items: { $ref: '#/components/schemas/InstanceRef' } },
    },
    required: ['revision', 'upserts', 'removes'],
    examples: [{ revision: 43, upserts: [], removes: [{ namespace: 'default', service: 'payments', id: 'payments-10.0.0.5-8080' }] }],
  },
  Live: { type: 'object', properties: { status: { const: 'live' } }, required: ['status'], examples: [{ status: 'live' }] },
  Ready: {
    type: 'object',
    description: 'The view is complete. It may be stale, and then says how old it is: a reason to look, not a reason to restart.',
    properties: {
      status: { const: 'ready' },
      revision: { $ref: '#/components/schemas/Revision' },
      stale: { type: 'boolean', description: 'The log cannot be followed at the moment.' },
      ageSeconds: { type: 'number', description: 'How old the view is; 0 while it follows the log.', minimum: 0 },
    },
    required: ['status', 'revision', 'stale', 'ageSeconds'],
    examples: [{ status: 'ready', revision: 42, stale: false, ageSeconds: 0 }],
  },
  Version: {
    type: 'object',
    properties: { name: { const: 'rollcall' }, version: { type: 'string' } },
    required: ['name', 'version'],
    examples: [{ name: 'rollcall', version: '0.1.0' }],
  },
  FieldProblem: {
    type: 'object',
    description: 'One thing that is wrong, said so that its sender can mend it.',
    properties: { field: { type: 'string' }, came: { type: 'string' }, allowed: { type: 'string' } },
    required: ['field', 'came', 'allowed'],
    examples: [{ field: 'port', came: '0', allowed: 'a whole number from 1 to 65535' }],
  },
  Problem: {
    type: 'object',
    description: 'A problem document (RFC 9457). The `type` is stable, and ends in a code of the error catalogue.',
    properties: {
      type: { type: 'string', pattern: '^urn:rollcall:error:[a-z-]+$' },
      title: { type: 'string', description: 'What this type means, always in the same words.' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: { type: 'string', description: 'What happened this time.' },
      advice: { type: 'string', description: 'What to do about it.' },
      retryable: { type: 'boolean', description: 'The same request, unchanged and a little later, can succeed.' },
      problems: { type: 'array', items: { $ref: '#/components/schemas/FieldProblem' } },
      candidates: { type: 'array', items: { $ref: '#/components/schemas/InstanceRef' } },
    },
    required: ['type', 'title', 'status', 'detail', 'advice', 'retryable'],
    examples: [
      {
        type: 'urn:rollcall:error:invalid-request',
        title: 'A field is missing, unknown or has a value that is not allowed.',
        status: 400,
        detail: 'port is 0; allowed is a whole number from 1 to 65535.',
        advice: 'Mend what `problems` lists; sending it again unchanged does not help.',
        retryable: false,
        problems: [{ field: 'port', came: '0', allowed: 'a whole number from 1 to 65535' }],
      },
    ],
  },
} as const;
