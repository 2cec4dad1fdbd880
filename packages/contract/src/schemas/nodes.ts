/** The nodes of a registry: the one that answers, at a glance, and all of them. */

const count = { type: 'integer', minimum: 0 } as const;

/** How many there are, in all and by health. */
const byHealth = {
  type: 'object',
  properties: { total: count, passing: count, warning: count, starting: count, critical: count },
  required: ['total', 'passing', 'warning', 'starting', 'critical'],
} as const;

const role = {
  enum: ['full', 'replica'],
  description: 'A replica looks after nobody, and hands what is written to the others.',
} as const;

const duty = {
  type: 'object',
  description: 'Whom it looks after: whose heartbeats it waits for.',
  properties: { instances: count, machines: count },
  required: ['instances', 'machines'],
} as const;

export const nodeSchemas = {
  Status: {
    type: 'object',
    description: 'There may be further fields.',
    properties: {
      node: { type: 'string', description: 'The name of this node.' },
      role,
      version: { type: 'string' },
      startedAt: { $ref: '#/components/schemas/Time' },
      uptimeSeconds: { type: 'number', minimum: 0 },
      epoch: { type: 'string', description: 'The identity of the log.' },
      revision: { $ref: '#/components/schemas/Revision', description: 'Up to where the view shows the log.' },
      stale: { type: 'boolean', description: 'The log cannot be followed at the moment.' },
      ageSeconds: { type: 'number', description: 'How old the view is; 0 while it follows the log.', minimum: 0 },
      services: count,
      instances: { ...byHealth, description: 'By health.' },
      machines: { ...byHealth, description: 'By health.' },
      held: { ...count, description: 'Instances that wait because of the guard.' },
      panicking: { ...count, description: 'Services that panic.' },
      watchers: { ...count, description: 'Open streams, and long polls that wait.' },
      guard: {
        type: 'object',
        description: 'The brake on departures; `GET /guard` tells more.',
        properties: {
          holding: { type: 'boolean', description: 'Somebody waits because of it.' },
          left: { ...count, description: 'How many more may depart in this window. Left out: any number.' },
        },
        required: ['holding'],
      },
      cluster: {
        type: 'object',
        description: 'Where there may be several nodes; `GET /nodes` tells more.',
        properties: {
          member: { type: 'boolean', description: 'The others count on this node. Nobody counts on a replica, which is always one.' },
          nodes: { ...count, description: 'How many are alive, as the log says.' },
          leaving: { ...count, description: 'How many of them stop soon.' },
          duty,
        },
        required: ['member', 'nodes', 'leaving', 'duty'],
      },
      doors: { type: 'object', description: 'Where each open door listens.', additionalProperties: { type: 'string' } },
      eurekaPeers: {
        type: 'array',
        description: 'Eureka servers that are told what happens here; left out where there are none.',
        items: {
          type: 'object',
          properties: {
            server: { type: 'string' },
            namespace: { type: 'string' },
            state: {
              type: 'string',
              enum: ['hears', 'silent', 'unknown', 'self', 'elsewhere'],
              description: '`unknown`: not told anything yet. `self`: this registry itself. `elsewhere`: another node tells it.',
            },
            reason: { type: 'string', description: 'Why it does not hear; left out where it does.' },
            waiting: { ...count, description: 'Instances that it is still to be told something of.' },
          },
          required: ['server', 'namespace', 'state', 'waiting'],
        },
      },
      store: {
        type: 'object',
        properties: {
          engine: { type: 'string' },
          sizeBytes: { ...count, description: 'What it holds of disk, or without one of memory.' },
          revision: { $ref: '#/components/schemas/Revision' },
          compactedRevision: { $ref: '#/components/schemas/Revision', description: 'What lies before it can no longer be read.' },
          quotaBytes: { ...count, description: 'Where it refuses to grow any more; left out where it does not say.' },
          alarms: {
            type: 'array',
            items: { type: 'string' },
            description: 'What is wrong with it, in its own words; left out for nothing.',
          },
          members: {
            type: 'array',
            description: 'The processes that it consists of, as each says itself; left out where it is part of this one.',
            items: {
              type: 'object',
              properties: {
                address: { type: 'string' },
                answers: { type: 'boolean', description: 'It said just now how it is; what follows is left out where it did not.' },
                leads: { type: 'boolean' },
                version: { type: 'string' },
                behind: { ...count, description: 'How many revisions it has yet to take in.' },
              },
              required: ['address', 'answers'],
            },
          },
        },
        required: ['engine', 'sizeBytes', 'revision', 'compactedRevision'],
      },
    },
    required: [
      'node',
      'role',
      'version',
      'startedAt',
      'uptimeSeconds',
      'epoch',
      'revision',
      'stale',
      'ageSeconds',
      'services',
      'instances',
      'machines',
      'held',
      'panicking',
      'watchers',
      'guard',
      'doors',
    ],
    examples: [
      {
        node: 'registry-1',
        role: 'full',
        version: '0.1.0',
        startedAt: '2026-01-31T12:00:00.000Z',
        uptimeSeconds: 3600.5,
        epoch: '5f1c',
        revision: 42,
        stale: false,
        ageSeconds: 0,
        services: 1,
        instances: { total: 3, passing: 3, warning: 0, starting: 0, critical: 0 },
        machines: { total: 0, passing: 0, warning: 0, starting: 0, critical: 0 },
        held: 0,
        panicking: 0,
        watchers: 0,
        guard: { holding: false, left: 10 },
        doors: { http: '127.0.0.1:8500' },
        store: { engine: 'lmdb', sizeBytes: 4096, revision: 42, compactedRevision: 0 },
      },
    ],
  },
  Node: {
    type: 'object',
    description: 'One node, as the one that was asked sees it. What only it could say is left out where it did not answer.',
    properties: {
      node: { type: 'string', description: 'Its name.' },
      self: { type: 'boolean', description: 'It is the one that was asked.' },
      answers: { type: 'boolean', description: 'It said just now how it is.' },
      leaving: { type: 'boolean', description: 'It stops soon, and looks after nobody any more.' },
      http: { type: 'string', description: 'Where its HTTP door is.' },
      peer: { type: 'string', description: 'Where the other nodes find it.' },
      role,
      member: { type: 'boolean', description: 'The others count on it; not so while its log is away for more than seconds.' },
      version: { type: 'string' },
      startedAt: { $ref: '#/components/schemas/Time' },
      revision: { $ref: '#/components/schemas/Revision', description: 'Up to where its view shows the log.' },
      behind: { ...count, description: 'By how many revisions that is less than what the furthest node shows.' },
      stale: { type: 'boolean', description: 'It cannot follow the log at the moment.' },
      ageSeconds: { type: 'number', description: 'How old its view is; 0 while it follows the log.', minimum: 0 },
      duty,
    },
    required: ['node', 'self', 'answers', 'leaving'],
    examples: [
      {
        node: 'registry-2',
        self: false,
        answers: true,
        leaving: false,
        http: 'http://10.0.0.2:8500',
        peer: '10.0.0.2:8510',
        role: 'full',
        member: true,
        version: '0.1.0',
        startedAt: '2026-01-31T12:00:00.000Z',
        revision: 42,
        behind: 0,
        stale: false,
        ageSeconds: 0,
        duty: { instances: 334, machines: 0 },
      },
      { node: 'registry-3', self: false, answers: false, leaving: false, peer: '10.0.0.3:8510' },
    ],
  },
  Nodes: {
    type: 'object',
    properties: {
      revision: { $ref: '#/components/schemas/Revision' },
      nodes: {
        type: 'array',
        description: 'In the order of their names: those that the log says are alive, and the one that was asked.',
        items: { $ref: '#/components/schemas/Node' },
      },
    },
    required: ['revision', 'nodes'],
    examples: [{ revision: 42, nodes: [{ node: 'registry-1', self: true, answers: true, leaving: false }] }],
  },
} as const;
