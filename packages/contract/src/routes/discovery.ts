/** The routes by which callers find services, once or from now on. */
import type { Route } from '../route.js';
import { filters, minRevision, namespace, since } from './query.js';

const lastEventId = {
  name: 'Last-Event-ID',
  description: 'For a stream: the id of the last event that arrived; it goes on behind that one.',
  example: '5f1c-42',
} as const;

const stream = {
  status: 200,
  description:
    'A stream of `snapshot` (what a query would answer now), `change` (what has changed since), `resync` (forget what you know; a snapshot follows) and `stale` (the log is away, or back: how old is what you were told).',
  mediaType: 'text/event-stream',
} as const;

export const discoveryRoutes = [
  {
    operation: 'services',
    method: 'GET',
    path: '/services',
    area: 'discovery',
    lane: 'read',
    right: 'read',
    over: 'some',
    summary: 'The names of all services, with counts.',
    query: [namespace, minRevision],
    answers: [{ status: 200, description: 'In the order of their names.', schema: 'Services' }],
    problems: [],
  },
  {
    operation: 'namespaces',
    method: 'GET',
    path: '/namespaces',
    area: 'discovery',
    lane: 'read',
    right: 'read',
    over: 'some',
    summary: 'The namespaces in which somebody is registered.',
    query: [minRevision],
    answers: [{ status: 200, description: 'In their order; those of which the caller may read something.', schema: 'Namespaces' }],
    problems: [],
  },
  {
    operation: 'instances',
    method: 'GET',
    path: '/services/{name}/instances',
    area: 'discovery',
    lane: 'read',
    right: 'read',
    over: 'service',
    summary: 'Who should be called.',
    description:
      'With `Accept: text/event-stream`: a snapshot, then every change. With `since` and `wait`: a long poll, which answers as soon as something has changed after that cursor, or with the same list when the time is over.',
    parameters: { name: 'ServiceName' },
    query: [
      namespace,
      ...filters,
      since,
      {
        name: 'wait',
        description: 'With `since`: how long to wait for a change, up to 10m. Left out: 30s.',
        schema: 'Duration',
        example: '30s',
      },
      minRevision,
    ],
    headers: [lastEventId, { name: 'If-None-Match', description: 'The ETag of the last answer.', example: '"5f1c-42"' }],
    answers: [
      { status: 200, description: 'The instances that the filters leave.', schema: 'ServiceInstances' },
      stream,
      { status: 304, description: 'Nothing has changed since the answer with that ETag.' },
    ],
    problems: [],
  },
  {
    operation: 'timeline',
    method: 'GET',
    path: '/services/{name}/timeline',
    area: 'discovery',
    lane: 'read',
    right: 'read',
    over: 'service',
    summary: 'What happened to the instances of a service lately.',
    description:
      'As the node that answers saw it since it began: the last 200 of a service, and 50000 in all. The service need not have instances any more.',
    parameters: { name: 'ServiceName' },
    query: [
      namespace,
      { name: 'id', description: 'Only of this instance.', schema: 'InstanceId', example: 'payments-10.0.0.5-8080' },
      { name: 'limit', description: 'At most so many, the newest.', schema: { type: 'integer' }, example: '10' },
      minRevision,
    ],
    answers: [{ status: 200, description: 'The newest first.', schema: 'Timeline' }],
    problems: [],
  },
  {
    operation: 'watch',
    method: 'GET',
    path: '/watch',
    area: 'discovery',
    lane: 'watch',
    right: 'read',
    over: 'some',
    summary: 'Many services in one stream.',
    query: [
      namespace,
      {
        name: 'service',
        description: 'Given several times: these. Without it and without `prefix`: everything.',
        schema: 'ServiceName',
        repeatable: true,
        example: 'payments',
      },
      { name: 'prefix', description: 'Services whose names begin so.', schema: { type: 'string' }, example: 'pay' },
      ...filters.filter(({ name }) => name !== 'limit'),
      since,
      minRevision,
    ],
    headers: [lastEventId],
    answers: [stream],
    problems: [],
  },
] as const satisfies readonly Route[];
