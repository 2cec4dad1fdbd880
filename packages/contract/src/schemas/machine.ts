/** Machines: where instances run. */

export const machineSchemas = {
  MachineRegistration: {
    type: 'object',
    description: 'What is said of a machine by whoever looks after it. Its name is in the path.',
    properties: {
      addresses: {
        type: 'object',
        description: 'By what they are for; at most 16.',
        propertyNames: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' },
        additionalProperties: { $ref: '#/components/schemas/Host' },
        maxProperties: 16,
      },
      metadata: { $ref: '#/components/schemas/Metadata' },
      ttl: {
        $ref: '#/components/schemas/DurationOrNone',
        description:
          'How long a heartbeat of the machine counts, from 200ms (2s where there are several nodes) to 24h; `none` if it does not beat. Left out: as it was, `none` at first.',
      },
      checks: {
        type: 'array',
        description:
          'What the registry asks by itself: at the address called `host`, or `lan`, or the first one, unless a check says otherwise. Left out: as they were.',
        items: { $ref: '#/components/schemas/Check' },
        maxItems: 16,
      },
      mode: { $ref: '#/components/schemas/Mode', description: 'Counts for all its instances. Left out: as it was.' },
      reason: {
        type: 'string',
        description: 'Why, for people; only with `mode`. At most 256 printable characters.',
        pattern: '^[^\\p{Cc}\\p{Cs}]{0,256}$',
      },
    },
    additionalProperties: false,
    examples: [
      { addresses: { lan: '10.0.0.5' }, metadata: { rack: '7' } },
      { ttl: '30s', checks: [{ type: 'tcp', port: 22 }] },
      { mode: 'out', reason: 'a new disk' },
    ],
  },
  Machine: {
    type: 'object',
    description: 'A machine as the registry shows it. There may be further fields.',
    properties: {
      namespace: { $ref: '#/components/schemas/Namespace' },
      name: { $ref: '#/components/schemas/Label' },
      addresses: { type: 'object', additionalProperties: { $ref: '#/components/schemas/Host' } },
      metadata: { $ref: '#/components/schemas/Metadata' },
      ttl: { $ref: '#/components/schemas/DurationOrNone' },
      checks: { type: 'array', description: 'Only if there are any.', items: { $ref: '#/components/schemas/Check' } },
      mode: { $ref: '#/components/schemas/Mode' },
      modeReason: { type: 'string' },
      health: { $ref: '#/components/schemas/Health', description: 'Counts for all its instances, unless theirs is worse.' },
      healthSince: { $ref: '#/components/schemas/Time' },
      healthOutput: { type: 'string' },
      instances: { type: 'integer', description: 'How many name it.', minimum: 0 },
      registeredAt: { $ref: '#/components/schemas/Time' },
      revision: { $ref: '#/components/schemas/Revision' },
    },
    required: ['namespace', 'name', 'addresses', 'metadata', 'ttl', 'mode', 'health', 'instances', 'registeredAt', 'revision'],
    examples: [
      {
        namespace: 'default',
        name: 'rack-7-slot-2',
        addresses: { lan: '10.0.0.5' },
        metadata: { rack: '7' },
        ttl: 'none',
        mode: 'in',
        health: 'passing',
        instances: 3,
        registeredAt: '2026-01-31T12:00:00.000Z',
        revision: 42,
      },
    ],
  },
  Machines: {
    type: 'object',
    properties: {
      revision: { $ref: '#/components/schemas/Revision' },
      machines: { type: 'array', items: { $ref: '#/components/schemas/Machine' } },
    },
    required: ['revision', 'machines'],
    examples: [{ revision: 42, machines: [] }],
  },
} as const;
