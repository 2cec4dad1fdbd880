/** The routes about machines: where instances run. */
import type { ProblemCode } from '../problems.js';
import type { Route } from '../route.js';
import { namespace } from './query.js';

const writing: readonly ProblemCode[] = ['conflict', 'outcome-unknown', 'store-full', 'store-failed', 'store-closed'];

export const machineRoutes = [
  {
    operation: 'machines',
    method: 'GET',
    path: '/machines',
    area: 'machines',
    lane: 'read',
    right: 'read',
    over: 'some',
    summary: 'All machines.',
    query: [namespace],
    answers: [{ status: 200, description: 'In the order of their names.', schema: 'Machines' }],
    problems: [],
  },
  {
    operation: 'machine',
    method: 'GET',
    path: '/machines/{name}',
    area: 'machines',
    lane: 'read',
    right: 'read',
    over: 'some',
    summary: 'One machine.',
    parameters: { name: 'Label' },
    query: [namespace],
    answers: [{ status: 200, description: 'The machine.', schema: 'Machine' }],
    problems: ['not-found'],
  },
  {
    operation: 'putMachine',
    method: 'PUT',
    path: '/machines/{name}',
    area: 'machines',
    lane: 'register',
    right: 'write',
    over: 'namespace',
    summary: 'Says what is known of a machine, or what is wanted of it.',
    description: 'Addresses and metadata replace what was said before, where they are given. The mode counts for all its instances.',
    parameters: { name: 'Label' },
    query: [namespace],
    body: { schema: 'MachineRegistration', required: true },
    answers: [
      { status: 201, description: 'It is new.', schema: 'Machine' },
      { status: 200, description: 'It was known.', schema: 'Machine' },
    ],
    problems: ['payload-too-large', 'unsupported-media-type', ...writing],
  },
  {
    operation: 'heartbeatMachine',
    method: 'PUT',
    path: '/machines/{name}/heartbeat',
    area: 'machines',
    lane: 'heartbeat',
    right: 'write',
    over: 'namespace',
    summary: 'The machine is here.',
    description:
      'Only for one with a `ttl`: if it falls silent, it and all its instances are critical until it is heard again. A 404 says: put it again.',
    parameters: { name: 'Label' },
    query: [namespace],
    answers: [{ status: 204, description: 'It was heard.' }],
    problems: ['not-found', 'outcome-unknown'],
  },
  {
    operation: 'removeMachine',
    method: 'DELETE',
    path: '/machines/{name}',
    area: 'machines',
    lane: 'deregister',
    right: 'write',
    over: 'namespace',
    summary: 'Takes a machine out, on request with all its instances.',
    parameters: { name: 'Label' },
    query: [
      namespace,
      {
        name: 'instances',
        description: 'What becomes of those that name it. Left out: `keep`.',
        schema: { enum: ['keep', 'remove'] },
        example: 'keep',
      },
    ],
    answers: [{ status: 204, description: 'It is gone.' }],
    problems: ['not-found', ...writing],
  },
] as const satisfies readonly Route[];
