/** The routes of whoever looks after the fleet: the guard, the rules for panic, and the node at a glance. */
import type { ProblemCode } from '../problems.js';
import type { Route } from '../route.js';
import { namespace } from './query.js';

const writing: readonly ProblemCode[] = ['conflict', 'outcome-unknown', 'store-full', 'store-failed', 'store-closed'];

export const operatorRoutes = [
  {
    operation: 'status',
    method: 'GET',
    path: '/status',
    area: 'operations',
    lane: 'always',
    summary: 'This node at a glance: who it is, how old its view is, how many there are of what, and where it listens.',
    answers: [{ status: 200, description: 'As of now.', schema: 'Status' }],
    problems: ['store-closed'],
  },
  {
    operation: 'guard',
    method: 'GET',
    path: '/guard',
    area: 'operations',
    lane: 'always',
    summary: 'The brake on departures without a goodbye: what it lets go, and who waits because of it.',
    answers: [{ status: 200, description: 'The window that runs, or the one that would begin now.', schema: 'Guard' }],
    problems: [],
  },
  {
    operation: 'releaseHeld',
    method: 'POST',
    path: '/guard/release',
    area: 'operations',
    lane: 'register',
    summary: 'Lets those depart who are held: all, or with `namespace` or `service` those of that.',
    description: 'They leave within moments, in batches. Whoever is heard meanwhile stays.',
    query: [
      { ...namespace, description: 'Only those of this namespace. Left out: of all, or with `service` of `default`.' },
      { name: 'service', description: 'Only those of this service.', schema: 'ServiceName', example: 'payments' },
    ],
    answers: [{ status: 200, description: 'They may go.', schema: 'Released' }],
    problems: writing,
  },
  {
    operation: 'panicRule',
    method: 'GET',
    path: '/services/{name}/panic',
    area: 'discovery',
    lane: 'read',
    summary: 'When a service panics: answers all that could be tried, because too few are in rotation to be believed.',
    parameters: { name: 'ServiceName' },
    query: [namespace],
    answers: [{ status: 200, description: 'Its own rule, or else the usual one.', schema: 'ServicePanic' }],
    problems: [],
  },
  {
    operation: 'setPanicRule',
    method: 'PUT',
    path: '/services/{name}/panic',
    area: 'discovery',
    lane: 'register',
    summary: 'Gives a service a rule of its own. It need not have instances.',
    parameters: { name: 'ServiceName' },
    query: [namespace],
    body: { schema: 'PanicRule', required: true },
    answers: [{ status: 200, description: 'As it is now.', schema: 'ServicePanic' }],
    problems: ['payload-too-large', 'unsupported-media-type', ...writing],
  },
  {
    operation: 'endPanicRule',
    method: 'DELETE',
    path: '/services/{name}/panic',
    area: 'discovery',
    lane: 'register',
    summary: 'Goes back to the usual rule.',
    parameters: { name: 'ServiceName' },
    query: [namespace],
    answers: [{ status: 204, description: 'It has no rule of its own.' }],
    problems: writing,
  },
] as const satisfies readonly Route[];
