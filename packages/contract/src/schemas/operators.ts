/** What is said and answered about the guard and about panic. */

const count = { type: 'integer', minimum: 0 } as const;

export const operatorSchemas = {
  PanicRule: {
    type: 'object',
    description: 'When a service panics.',
    properties: {
      eligibleMin: {
        type: 'integer',
        description: 'Of fewer instances that could be tried, an empty answer is the truth.',
        minimum: 0,
        maximum: 100_000_000,
      },
      belowShare: {
        type: 'number',
        description: 'It panics when less than this share of them is in rotation; 0 for never.',
        minimum: 0,
        maximum: 1,
      },
    },
    required: ['eligibleMin', 'belowShare'],
    additionalProperties: false,
    examples: [
      { eligibleMin: 10, belowShare: 0.5 },
      { eligibleMin: 3, belowShare: 0 },
    ],
  },
  ServicePanic: {
    type: 'object',
    properties: {
      namespace: { $ref: '#/components/schemas/Namespace' },
      service: { $ref: '#/components/schemas/ServiceName' },
      eligibleMin: count,
      belowShare: { type: 'number', minimum: 0, maximum: 1 },
      own: { type: 'boolean', description: 'The rule was set for this service; otherwise it is the usual one.' },
      panic: { type: 'boolean', description: 'It panics now.' },
      revision: { $ref: '#/components/schemas/Revision' },
    },
    required: ['namespace', 'service', 'eligibleMin', 'belowShare', 'own', 'panic', 'revision'],
    examples: [{ namespace: 'default', service: 'payments', eligibleMin: 10, belowShare: 0.5, own: false, panic: false, revision: 42 }],
  },
  Guard: {
    type: 'object',
    description: 'A window begins with the first departure without a goodbye after the last one was over.',
    properties: {
      revision: { $ref: '#/components/schemas/Revision' },
      holding: { type: 'boolean', description: 'Somebody waits because of it.' },
      window: { $ref: '#/components/schemas/Duration', description: 'How long a window lasts.' },
      windowStart: {
        $ref: '#/components/schemas/Time',
        description: 'Left out while none runs; the numbers are then those of one that would begin now.',
      },
      windowLeft: { $ref: '#/components/schemas/Duration', description: 'What is left of it.' },
      presentAtStart: { ...count, description: 'How many instances there were when it began.' },
      budget: { ...count, description: 'How many may depart in it. Left out: any number, there is no guard.' },
      departed: { ...count, description: 'How many have.' },
      released: { ...count, description: 'How many more an operator let go.' },
      left: { ...count, description: 'How many more may depart in it. Left out: any number.' },
      held: { ...count, description: 'How many wait.' },
      instances: { type: 'array', description: 'Some of them: at most 100.', items: { $ref: '#/components/schemas/Instance' } },
    },
    required: ['revision', 'holding', 'window', 'windowLeft', 'presentAtStart', 'departed', 'released', 'held', 'instances'],
    examples: [
      {
        revision: 42,
        holding: false,
        window: '15m',
        windowStart: '2026-01-31T12:00:00.000Z',
        windowLeft: '11m',
        presentAtStart: 100,
        budget: 15,
        departed: 3,
        released: 0,
        left: 12,
        held: 0,
        instances: [],
      },
    ],
  },
  Released: {
    type: 'object',
    properties: { released: { ...count, description: 'How many were held, and may go.' } },
    required: ['released'],
    examples: [{ released: 85 }],
  },
} as const;
