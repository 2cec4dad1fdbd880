/** Why an instance is in rotation or is not, and what happened to it. */

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;

const by = {
  type: 'string',
  description: 'As far as the log shows; `caller`: somebody who asked for it, and the audit file knows who.',
  enum: ['instance', 'operator', 'machine', 'registry', 'caller'],
} as const;

export const explanationSchemas = {
  Why: {
    type: 'object',
    description: 'Why an instance is in rotation, or is not.',
    properties: {
      revision: { $ref: '#/components/schemas/Revision' },
      namespace: { $ref: '#/components/schemas/Namespace' },
      service: { $ref: '#/components/schemas/ServiceName' },
      id: { $ref: '#/components/schemas/InstanceId' },
      inRotation: { type: 'boolean', description: 'Its mode is `in`, and its health `passing` or `warning`.' },
      answered: { type: 'boolean', description: 'Callers are told of it, be it only because its service panics.' },
      summary: { ...text, description: 'The answer in one sentence.' },
      mode: { $ref: '#/components/schemas/Mode' },
      health: { $ref: '#/components/schemas/Health' },
      reasons: {
        type: 'array',
        description: 'In the order in which they count. Nothing is said of what is as it should be.',
        items: { $ref: '#/components/schemas/WhyReason' },
      },
      backWhen: { type: 'array', description: 'What has to happen before it is in rotation, all of it.', items: text },
      checks: { type: 'array', description: 'Its own, then its machine’s.', items: { $ref: '#/components/schemas/WhyCheck' } },
      departed: {
        $ref: '#/components/schemas/Departure',
        description: 'It is not here any more; mode and health are as they were last. For a day, on nodes that saw it go.',
      },
      node: { ...text, description: 'The node that says this.' },
      onDuty: { ...text, description: 'On a cluster: the node that looks after it. Left out where nobody does at the moment.' },
    },
    required: [
      'revision',
      'namespace',
      'service',
      'id',
      'inRotation',
      'answered',
      'summary',
      'mode',
      'health',
      'reasons',
      'backWhen',
      'checks',
      'node',
    ],
    examples: [
      {
        revision: 42,
        namespace: 'default',
        service: 'payments',
        id: 'p1',
        inRotation: false,
        answered: false,
        summary: 'It is not in rotation: its heartbeat is critical: no heartbeat for 30s; last heard 41s ago, with a ttl of 30s.',
        mode: 'in',
        health: 'critical',
        reasons: [
          {
            about: 'check',
            keepsOut: true,
            text: 'its heartbeat is critical: no heartbeat for 30s; last heard 41s ago, with a ttl of 30s',
            since: '2026-01-31T12:00:00.000Z',
            remedy: 'a heartbeat',
          },
        ],
        backWhen: ['a heartbeat'],
        checks: [
          {
            name: 'heartbeat',
            of: 'instance',
            type: 'heartbeat',
            status: 'critical',
            since: '2026-01-31T12:00:00.000Z',
            output: 'no heartbeat for 30s',
            ttl: '30s',
            heardAgo: '41s',
            remedy: 'a heartbeat',
          },
        ],
        node: 'registry-1',
      },
    ],
  },
  Departure: {
    type: 'object',
    properties: { at: { $ref: '#/components/schemas/Time' }, by, text: { ...text, description: 'Why, as far as it shows.' } },
    required: ['at', 'by', 'text'],
    examples: [{ at: '2026-01-31T12:00:00.000Z', by: 'registry', text: 'departed: it had been critical for 90s: no heartbeat for 30s' }],
  },
  Timeline: {
    type: 'object',
    description: 'What happened to the instances of a service.',
    properties: {
      namespace: { $ref: '#/components/schemas/Namespace' },
      service: { $ref: '#/components/schemas/ServiceName' },
      revision: { $ref: '#/components/schemas/Revision' },
      node: { ...text, description: 'The node that saw it.' },
      since: { $ref: '#/components/schemas/Time', description: 'From then on nothing is missing, but what is older than the last 200.' },
      events: { type: 'array', description: 'The newest first.', items: { $ref: '#/components/schemas/TimelineEvent' } },
    },
    required: ['namespace', 'service', 'revision', 'node', 'since', 'events'],
    examples: [
      {
        namespace: 'default',
        service: 'payments',
        revision: 42,
        node: 'registry-1',
        since: '2026-01-31T11:00:00.000Z',
        events: [
          {
            at: '2026-01-31T12:00:00.000Z',
            id: 'p1',
            what: 'registered',
            text: 'registered at 10.0.0.5:8080',
            by: 'instance',
            face: 'native',
            revision: 42,
          },
        ],
      },
    ],
  },
  TimelineEvent: {
    type: 'object',
    properties: {
      at: { $ref: '#/components/schemas/Time', description: 'When that node saw it.' },
      id: { $ref: '#/components/schemas/InstanceId' },
      what: {
        type: 'string',
        enum: ['registered', 'registered-again', 'health', 'mode', 'override', 'patched', 'held', 'let-go', 'departed'],
      },
      text: { ...text, description: 'For people: what, and why.' },
      by,
      face: { ...text, description: 'What it came through, where the log says so.' },
      revision: { $ref: '#/components/schemas/Revision', description: 'The one that did it.' },
    },
    required: ['at', 'id', 'what', 'text', 'by', 'revision'],
    examples: [{ at: '2026-01-31T12:00:00.000Z', id: 'p1', what: 'mode', text: 'out: new disks', by: 'operator', revision: 43 }],
  },
  WhyReason: {
    type: 'object',
    properties: {
      about: {
        type: 'string',
        enum: ['mode', 'machine-mode', 'override', 'check', 'machine', 'departure', 'held', 'panic', 'stale', 'duty', 'departed'],
      },
      keepsOut: { type: 'boolean', description: 'As long as this is so, it is not in rotation, whatever else is.' },
      text: { ...text, description: 'For people.' },
      since: { $ref: '#/components/schemas/Time' },
      until: { $ref: '#/components/schemas/Time', description: 'When it ends by itself.' },
      remedy: { ...text, description: 'What would end it.' },
    },
    required: ['about', 'keepsOut', 'text'],
    examples: [{ about: 'mode', keepsOut: true, text: 'an operator said that it is out (new disks)', remedy: 'its mode set to in' }],
  },
  WhyCheck: {
    type: 'object',
    description: 'How a check stands.',
    properties: {
      name: text,
      of: { type: 'string', enum: ['instance', 'machine'] },
      type: { type: 'string', description: '`heartbeat`, `http`, `tcp` …' },
      status: { $ref: '#/components/schemas/Health' },
      since: { $ref: '#/components/schemas/Time', description: 'Left out: as it was born.' },
      output: text,
      ttl: { $ref: '#/components/schemas/Duration', description: 'Of a heartbeat.' },
      heardAgo: {
        $ref: '#/components/schemas/Duration',
        description:
          'Of a heartbeat, as this node knows it. A registration counts as heard, and so does the full ttl after a start or a take-over. Left out: never.',
      },
      interval: { $ref: '#/components/schemas/Duration', description: 'Of a probe.' },
      successes: { ...count, description: 'Of a probe that this node makes: good answers in a row.' },
      failures: { ...count, description: 'The same: bad ones.' },
      nextIn: { $ref: '#/components/schemas/Duration', description: 'The same: when it is asked next.' },
      results: {
        type: 'array',
        description: 'The same: the last ones, the newest first.',
        items: { $ref: '#/components/schemas/ProbeResult' },
      },
      remedy: { ...text, description: 'What would make it pass. Left out where it does.' },
    },
    required: ['name', 'of', 'type', 'status'],
    examples: [{ name: 'http', of: 'instance', type: 'http', status: 'passing', interval: '10s', successes: 7, failures: 0, results: [] }],
  },
  ProbeResult: {
    type: 'object',
    properties: {
      at: { $ref: '#/components/schemas/Time' },
      took: { $ref: '#/components/schemas/Duration' },
      finding: { type: 'string', enum: ['passing', 'warning', 'critical'] },
      output: text,
    },
    required: ['at', 'took', 'finding', 'output'],
    examples: [
      { at: '2026-01-31T12:00:00.000Z', took: '12ms', finding: 'passing', output: 'HTTP GET http://10.0.0.5:8080/health: 200 OK' },
    ],
  },
} as const;
