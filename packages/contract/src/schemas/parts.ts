/** What the other schemas are made of: names, places, times, and the words for health and mode. */

export const partSchemas = {
  ServiceName: {
    type: 'string',
    description: 'The name that callers look up. Kept as given, matched without regard to case.',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$',
    examples: ['payments'],
  },
  InstanceId: {
    type: 'string',
    description: 'Unique within its service. 1 to 256 printable characters of any script, but not `.` or `..`.',
    pattern: '^(?!\\.{1,2}$)[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}]{1,256}$',
    examples: ['payments-10.0.0.5-8080'],
  },
  Namespace: {
    type: 'string',
    description: 'Keeps services of the same name apart: a DNS label.',
    pattern: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$',
    default: 'default',
    examples: ['default'],
  },
  Host: { type: 'string', description: 'An IP address or a DNS name.', maxLength: 253, examples: ['10.0.0.5', 'pay-1.example'] },
  Port: { type: 'integer', minimum: 1, maximum: 65535, examples: [8080] },
  Ports: {
    type: 'object',
    description: 'Further ports, by name; at most 32.',
    propertyNames: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' },
    additionalProperties: { type: 'integer', minimum: 1, maximum: 65535 },
    maxProperties: 32,
    examples: [{ metrics: 9090 }],
  },
  Tags: {
    type: 'array',
    description: 'Words that callers choose by; at most 64.',
    items: { type: 'string', pattern: '^[^\\p{Cc}\\p{Cs}]{1,256}$' },
    maxItems: 64,
    examples: [['blue', 'canary']],
  },
  Metadata: {
    type: 'object',
    description: 'Whatever else callers choose by: at most 128 texts, by name.',
    propertyNames: { type: 'string', pattern: '^[^\\p{Cc}\\p{Cs}]{1,128}$' },
    additionalProperties: { type: 'string', pattern: '^[^\\p{Cs}]{0,4096}$' },
    maxProperties: 128,
    examples: [{ team: 'money' }],
  },
  Weight: { type: 'integer', description: 'Its share of the calls, beside the others of its service.', minimum: 0, maximum: 65535 },
  Label: { type: 'string', description: '1 to 128 printable characters.', pattern: '^[^\\p{Cc}\\p{Cs}]{1,128}$', examples: ['zone-a'] },
  Duration: {
    anyOf: [
      { type: 'string', pattern: '^(?:\\d{1,15}(?:\\.\\d{1,9})?(?:ms|s|m|h|d))+$' },
      { type: 'integer', minimum: 0 },
    ],
    description: 'Text such as `30s`, `250ms` or `1h30m`, or a number of milliseconds.',
    examples: ['30s', 250],
  },
  DurationOrNone: {
    anyOf: [{ const: 'none' }, { $ref: '#/components/schemas/Duration' }],
    description: 'A duration, or `none`.',
    examples: ['90s', 'none'],
  },
  Time: { type: 'string', format: 'date-time', examples: ['2026-01-31T12:00:00.000Z'] },
  Revision: { type: 'integer', description: 'A position in the log.', minimum: 0, examples: [42] },
  Cursor: {
    type: 'string',
    description: 'A place in one particular log, `epoch-revision`: ETag, event id, and what `since` takes.',
    pattern: '^.+-\\d{1,15}$',
    examples: ['5f1c-42'],
  },
  Health: {
    type: 'string',
    description: 'The worst of the checks, of the instance and of its machine.',
    enum: ['passing', 'warning', 'starting', 'critical'],
  },
  Mode: {
    type: 'string',
    description: 'What people, or the instance, want: `in`, `draining` (finishing what it has) or `out` (maintenance).',
    enum: ['in', 'draining', 'out'],
  },
} as const;
