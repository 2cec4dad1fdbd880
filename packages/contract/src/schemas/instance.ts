/** An instance: what is said to register it, what is shown of it, and how it is changed. */

/** What a registration may say, in the spelling that comes out again; `spellings` has the others. */
const registrationProperties = {
  namespace: { $ref: '#/components/schemas/Namespace' },
  service: { $ref: '#/components/schemas/ServiceName' },
  id: {
    $ref: '#/components/schemas/InstanceId',
    description: 'Left out: derived from service, host and port, so that registering twice makes no ghost.',
  },
  host: { $ref: '#/components/schemas/Host' },
  port: { $ref: '#/components/schemas/Port' },
  ports: { $ref: '#/components/schemas/Ports' },
  tags: { $ref: '#/components/schemas/Tags' },
  metadata: { $ref: '#/components/schemas/Metadata' },
  weight: { $ref: '#/components/schemas/Weight', default: 1 },
  zone: { $ref: '#/components/schemas/Label' },
  region: { $ref: '#/components/schemas/Label' },
  version: { $ref: '#/components/schemas/Label' },
  machine: { $ref: '#/components/schemas/Label', description: 'The name of the machine that it runs on; it need not be registered.' },
  ttl: {
    $ref: '#/components/schemas/DurationOrNone',
    description:
      'How long a heartbeat counts, from 200ms (2s where there are several nodes) to 24h; `none` for an instance that does not beat. Left out: 30s, or `none` where there are checks.',
  },
  checks: {
    type: 'array',
    description: 'What the registry asks by itself, and how often; at most 16.',
    items: { $ref: '#/components/schemas/Check' },
    maxItems: 16,
  },
  status: {
    $ref: '#/components/schemas/Health',
    description: 'A registration is the first heartbeat; this is what it says. It stays said until a heartbeat says something else.',
    default: 'passing',
  },
  deregisterAfter: {
    $ref: '#/components/schemas/DurationOrNone',
    description: 'How long it may stay critical before it departs, up to 7d, or `none`. Left out: 90s where it beats, else `none`.',
  },
} as const;

export const instanceSchemas = {
  Registration: {
    type: 'object',
    description: 'What an instance says of itself. Besides the service it needs an id, or a host to derive one from.',
    properties: registrationProperties,
    required: ['service'],
    anyOf: [{ required: ['id'] }, { required: ['host'] }],
    additionalProperties: false,
    examples: [
      { service: 'payments', host: '10.0.0.5', port: 8080 },
      {
        service: 'payments',
        id: 'pay-1',
        host: '10.0.0.5',
        port: 8080,
        tags: ['blue'],
        metadata: { team: 'money' },
        ttl: '10s',
        zone: 'a',
      },
    ],
  },
  InstanceRef: {
    type: 'object',
    description: 'Which instance: the three together.',
    properties: {
      namespace: { $ref: '#/components/schemas/Namespace' },
      service: { $ref: '#/components/schemas/ServiceName' },
      id: { $ref: '#/components/schemas/InstanceId' },
    },
    required: ['namespace', 'service', 'id'],
    examples: [{ namespace: 'default', service: 'payments', id: 'payments-10.0.0.5-8080' }],
  },
  Instance: {
    type: 'object',
    description: 'An instance as the registry shows it: what it said of itself, and what is known of it. There may be further fields.',
    properties: {
      ...registrationProperties,
      mode: { $ref: '#/components/schemas/Mode' },
      modeReason: { type: 'string', description: 'Why it is not `in`, in the words of whoever said so.' },
      modeBy: {
        type: 'string',
        enum: ['instance', 'operator', 'machine'],
        description:
          'Whose word it is that it is not `in`: its own, an operator’s, or that of its machine, whose mode counts for all on it. Left out: it is `in`.',
      },
      health: { $ref: '#/components/schemas/Health' },
      healthSince: { $ref: '#/components/schemas/Time' },
      healthOverride: {
        type: 'object',
        description: 'What was said from outside, if something was: it counts, whatever the checks find.',
        properties: {
          health: { $ref: '#/components/schemas/Health' },
          reason: { type: 'string' },
          since: { $ref: '#/components/schemas/Time' },
        },
        required: ['health', 'since'],
      },
      healthOutput: { type: 'string', description: 'What the check said with its verdict.' },
      held: { type: 'boolean', description: 'It should have departed, and waits because of the guard. Only there when true.' },
      flapping: {
        type: 'boolean',
        description:
          'A probed check of it turns again and again: bad news count at once, good ones when it has been still for a while. Only there when true.',
      },
      panic: { type: 'boolean', description: 'It is answered only because too few are in rotation. Only there when true.' },
      incarnation: {
        type: 'integer',
        description: 'Grows when host, port or checks change, or when a lapsed or departed instance registers again.',
        minimum: 0,
      },
      registeredAt: { $ref: '#/components/schemas/Time' },
      revision: { $ref: '#/components/schemas/Revision', description: 'The one that last changed the registration.' },
    },
    required: [
      'namespace',
      'service',
      'id',
      'ports',
      'tags',
      'metadata',
      'weight',
      'ttl',
      'deregisterAfter',
      'mode',
      'health',
      'incarnation',
      'registeredAt',
      'revision',
    ],
    examples: [
      {
        namespace: 'default',
        service: 'payments',
        id: 'payments-10.0.0.5-8080',
        host: '10.0.0.5',
        port: 8080,
        ports: {},
        tags: [],
        metadata: {},
        weight: 1,
        ttl: '30s',
        deregisterAfter: '90s',
        mode: 'in',
        health: 'passing',
        incarnation: 1,
        registeredAt: '2026-01-31T12:00:00.000Z',
        revision: 42,
      },
    ],
  },
  Heartbeat: {
    type: 'object',
    description: 'What a heartbeat may say beyond "I am here".',
    properties: {
      status: { $ref: '#/components/schemas/Health', description: 'How it is. Left out: as before, or passing if it had lapsed.' },
      output: { type: 'string', description: 'For people: why. At most 4096 characters.', pattern: '^[^\\p{Cs}]{0,4096}$' },
    },
    additionalProperties: false,
    examples: [{}, { status: 'warning', output: 'the queue is long' }],
  },
  ModeChange: {
    type: 'object',
    description: 'What is wanted of an instance.',
    properties: {
      mode: { $ref: '#/components/schemas/Mode' },
      reason: { type: 'string', description: 'For people. At most 256 printable characters.', pattern: '^[^\\p{Cc}\\p{Cs}]{0,256}$' },
      drainTime: {
        $ref: '#/components/schemas/Duration',
        description: 'Only with `draining`: how long that lasts, up to 24h. Left out: until somebody says otherwise.',
      },
    },
    required: ['mode'],
    additionalProperties: false,
    examples: [{ mode: 'draining', drainTime: '30s' }, { mode: 'out', reason: 'a new disk' }, { mode: 'in' }],
  },
  HealthOverride: {
    type: 'object',
    description: 'How an instance is, said from outside.',
    properties: {
      health: { $ref: '#/components/schemas/Health' },
      reason: { type: 'string', description: 'For people. At most 256 printable characters.', pattern: '^[^\\p{Cc}\\p{Cs}]{0,256}$' },
    },
    required: ['health'],
    additionalProperties: false,
    examples: [{ health: 'critical', reason: 'answers with garbage' }, { health: 'passing' }],
  },
  InstancePatch: {
    type: 'object',
    description:
      'Laid over what the registration says, whoever registers again. What is left out stays as it was; `null` goes back to what the registration says.',
    properties: {
      metadata: {
        anyOf: [
          {
            type: 'object',
            propertyNames: { type: 'string', pattern: '^[^\\p{Cc}\\p{Cs}]{1,128}$' },
            additionalProperties: { anyOf: [{ type: 'string', pattern: '^[^\\p{Cs}]{0,4096}$' }, { type: 'null' }] },
            maxProperties: 128,
          },
          { type: 'null' },
        ],
        description: 'By name; `null` takes an entry away.',
      },
      weight: { anyOf: [{ $ref: '#/components/schemas/Weight' }, { type: 'null' }] },
      tags: { anyOf: [{ $ref: '#/components/schemas/Tags' }, { type: 'null' }] },
    },
    additionalProperties: false,
    examples: [{ weight: 10 }, { metadata: { team: 'risk', old: null }, tags: ['canary'] }, { tags: null }],
  },
} as const;
