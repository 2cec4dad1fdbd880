/** The routes by which instances come, beat, change and go. */
import type { ProblemCode } from '../problems.js';
import type { Route } from '../route.js';
import { minRevision, namespace, service } from './query.js';

const writing: readonly ProblemCode[] = ['conflict', 'outcome-unknown', 'store-full', 'store-failed', 'store-closed'];
const withBody: readonly ProblemCode[] = ['payload-too-large', 'unsupported-media-type'];
const named: readonly ProblemCode[] = ['not-found', 'ambiguous-id'];
const one = { parameters: { id: 'InstanceId' }, query: [namespace, service] } as const;
const leaving = {
  ...one,
  area: 'instances',
  lane: 'deregister',
  answers: [{ status: 204, description: 'It has left.' }],
  problems: [...named, ...writing],
} as const;

export const instanceRoutes = [
  {
    operation: 'register',
    method: 'POST',
    path: '/register',
    area: 'instances',
    lane: 'register',
    summary: 'Registers an instance, or registers it again.',
    description:
      'A registration is also the first heartbeat. Registering the same again changes nothing, so that it can be repeated whenever an answer was lost.',
    query: [namespace],
    body: { schema: 'Registration', required: true },
    answers: [
      { status: 201, description: 'It is new.', schema: 'Instance' },
      { status: 200, description: 'It was known.', schema: 'Instance' },
    ],
    problems: [...withBody, ...writing],
  },
  {
    operation: 'registerMany',
    method: 'POST',
    path: '/register/bulk',
    area: 'instances',
    lane: 'register',
    summary: 'Registers many instances, each with a result of its own.',
    query: [namespace],
    body: { schema: 'RegistrationList', required: true },
    answers: [{ status: 200, description: 'A result for each, in the order of the question.', schema: 'RegistrationResults' }],
    problems: withBody,
  },
  {
    operation: 'heartbeat',
    method: 'PUT',
    path: '/heartbeat/{id}',
    area: 'instances',
    lane: 'heartbeat',
    summary: 'I am here.',
    description: 'A 404 is a verdict: it has left, or was never here, and should register again.',
    ...one,
    body: { schema: 'Heartbeat', required: false },
    answers: [{ status: 204, description: 'It was heard.' }],
    problems: [...named, ...withBody, 'outcome-unknown'],
  },
  {
    operation: 'heartbeats',
    method: 'PUT',
    path: '/heartbeats',
    area: 'instances',
    lane: 'heartbeat',
    summary: 'We are here: many heartbeats at once.',
    query: [namespace, service],
    body: { schema: 'HeartbeatList', required: true },
    answers: [{ status: 200, description: 'A result for each, in the order of the question.', schema: 'HeartbeatResults' }],
    problems: withBody,
  },
  { operation: 'deregister', method: 'DELETE', path: '/instances/{id}', summary: 'Leaves.', ...leaving },
  {
    operation: 'deregisterByOldName',
    method: 'DELETE',
    path: '/deregister/{id}',
    summary: 'Leaves: the same as `DELETE /instances/{id}`, for clients that know it by this name.',
    ...leaving,
  },
  {
    operation: 'setMode',
    method: 'PUT',
    path: '/instances/{id}/mode',
    area: 'instances',
    lane: 'register',
    summary: 'Says what is wanted of an instance: `in`, `draining` or `out`.',
    description: '`out` survives a registration, and outlives a departure for a day. `draining` ends with the departure.',
    ...one,
    body: { schema: 'ModeChange', required: true },
    answers: [{ status: 200, description: 'The instance as it is now.', schema: 'Instance' }],
    problems: [...named, ...withBody, ...writing],
  },
  {
    operation: 'patch',
    method: 'PATCH',
    path: '/instances/{id}',
    area: 'instances',
    lane: 'register',
    summary: 'Changes metadata, weight and tags, whatever the instance itself says of them.',
    ...one,
    body: { schema: 'InstancePatch', required: true },
    answers: [{ status: 200, description: 'The instance as it is now.', schema: 'Instance' }],
    problems: [...named, ...withBody, ...writing],
  },
  {
    operation: 'instance',
    method: 'GET',
    path: '/instances/{id}',
    area: 'instances',
    lane: 'read',
    summary: 'One instance.',
    ...one,
    query: [namespace, service, minRevision],
    answers: [{ status: 200, description: 'The instance.', schema: 'Instance' }],
    problems: named,
  },
] as const satisfies readonly Route[];
