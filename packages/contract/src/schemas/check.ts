/** Checks that the registry makes by itself. */

const inARow = { type: 'integer', minimum: 1, maximum: 100 } as const;
const oneText = { type: 'string', pattern: '^[^\\p{Cs}]{0,4096}$' } as const;

const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$';

export const checkSchemas = {
  CheckName: { type: 'string', description: 'Unique in its instance or machine.', pattern: NAME, examples: ['http'] },
  Check: {
    type: 'object',
    description:
      'One way in which the registry asks whether an instance is well. `http`: a page answers with a status that is wanted. `tcp`: somebody takes the connection. ' +
      '`udp`: nobody refuses a datagram. `grpc`: `grpc.health.v1` says SERVING. `script`: a program ends with 0 (1 is a warning). `alias`: another instance is well, or the best one of a service. Each type takes only the fields that are its own.',
    properties: {
      name: { $ref: '#/components/schemas/CheckName', description: 'Left out: the type.' },
      type: { type: 'string', enum: ['http', 'tcp', 'udp', 'grpc', 'script', 'alias'] },
      interval: { $ref: '#/components/schemas/Duration', description: 'How often, from 1s to 24h.', default: '10s' },
      timeout: {
        $ref: '#/components/schemas/Duration',
        description: 'How long an answer may take, from 10ms to 1m, and at most the interval.',
        default: '5s',
      },
      startPeriod: {
        $ref: '#/components/schemas/Duration',
        description: 'So long after the registration failures do not count, until it was well once.',
        default: '0s',
      },
      successBeforePassing: { ...inARow, description: 'So many in a row before it is passing again.', default: 1 },
      failuresBeforeWarning: { ...inARow, description: 'So many in a row before it is a warning. Left out: it never is for that.' },
      failuresBeforeCritical: { ...inARow, description: 'So many in a row before it is critical.', default: 3 },
      host: { $ref: '#/components/schemas/Host', description: 'Left out: the instance’s own.' },
      port: {
        anyOf: [{ $ref: '#/components/schemas/Port' }, { type: 'string', pattern: NAME }],
        description: 'A number, or the name of one of the instance’s ports. Left out: the instance’s own.',
      },
      path: {
        type: 'string',
        description: 'Of `http`, with what stands behind it.',
        pattern: '^/[\\x21\\x22\\x24-\\x7e]{0,2047}$',
        default: '/',
      },
      url: {
        type: 'string',
        description: 'Of `http`: `https://10.0.0.5:8443/health`, in place of `host`, `port`, `path` and `tls: true`. It is shown as these.',
        pattern: '^https?://',
        maxLength: 2400,
      },
      method: { type: 'string', description: 'Of `http`.', pattern: '^[A-Z]{1,32}$', default: 'GET' },
      headers: {
        type: 'object',
        description: 'Of `http`; at most 32. The values of those that may be secrets are not shown to whoever reads the instance.',
        propertyNames: { type: 'string', pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$" },
        additionalProperties: { type: 'string', pattern: '^[\\t\\x20-\\x7e]{0,1024}$' },
        maxProperties: 32,
      },
      body: { ...oneText, description: 'Of `http`: what is sent.' },
      statuses: {
        anyOf: [{ type: 'string' }, { type: 'integer', minimum: 100, maximum: 999 }],
        description: 'Of `http`: what passes, such as `200-299` or `200,301-302`. Left out: 200 to 299, and 429 is a warning.',
      },
      contains: { ...oneText, description: 'Of `http` and `udp`: has to stand in the beginning of the answer.' },
      send: { ...oneText, description: 'Of `udp`: what is sent.' },
      service: {
        type: 'string',
        description: 'Of `grpc`: as its health service knows it; left out, the server as a whole. Of `alias`: whom it follows.',
        pattern: '^[A-Za-z0-9_.~:-]{0,256}$',
      },
      id: { $ref: '#/components/schemas/InstanceId', description: 'Of `alias`: which instance. Left out: the best one of the service.' },
      tls: {
        anyOf: [
          { type: 'boolean' },
          {
            type: 'object',
            properties: {
              serverName: { $ref: '#/components/schemas/Host' },
              verify: { type: 'boolean' },
              ca: { type: 'string', description: 'Certificates in PEM: who is believed here, and nobody else.', maxLength: 16_384 },
            },
            additionalProperties: false,
          },
        ],
        description:
          'Of `http`, `tcp` and `grpc`: `true`, or the name that the certificate has to be for, whether it has to be valid, and whom to believe.',
      },
      refusedOnly: {
        type: 'boolean',
        description:
          'Of `tcp`: only a connection that is refused counts, and only after one that was not: then nobody listens any more. Silence, and whoever never listened, is excused.',
      },
      command: { type: 'string', description: 'Of `script`: a program, without a shell.', pattern: '^[^\\p{Cc}\\p{Cs}]{1,1024}$' },
      args: { type: 'array', description: 'Of `script`; at most 64.', items: oneText, maxItems: 64 },
    },
    required: ['type'],
    additionalProperties: false,
    examples: [
      { type: 'http', path: '/health', interval: '10s', timeout: '5s', failuresBeforeCritical: 3 },
      { type: 'tcp', port: 'admin', tls: true },
    ],
  },
} as const;
