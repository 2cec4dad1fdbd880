/** Where the two may differ, as data, each with the reason. Whatever is not here is a difference. */
import { excusesOfNames } from './name-excuses.js';
import { bodyOf, pathOf, statusOf, type Compared, type Excuse } from './compared.js';

/** Words in refusals that clients look for. */
const RELIED_UPON: readonly RegExp[] = [
  /Unknown (?:check|service) ID/,
  /does not have associated TTL/,
  /No path to datacenter/,
  /No cluster leader/,
  /Query not found/,
  /unknown service ID/,
  /Conflicting flags|conflicting semantics/,
  /Invalid (?:index|wait time|Session)/,
  /invalid session/,
  /method \w+ not allowed/,
];

function bothRefuse({ theirs, ours }: Compared): boolean {
  return statusOf(theirs) >= 400 && statusOf(ours) >= 400;
}

const refusals: readonly Excuse[] = [
  {
    reason: 'the words of a refusal are for people, but for those that clients look for',
    covers: (compared) =>
      bothRefuse(compared) &&
      statusOf(compared.theirs) === statusOf(compared.ours) &&
      RELIED_UPON.every((words) => words.test(compared.theirs) === words.test(compared.ours)),
  },
  {
    reason: 'whoever asks for what cannot be is wrong himself: 400, where a Consul of this version says 500',
    covers: (compared) => bothRefuse(compared) && statusOf(compared.theirs) === 500 && statusOf(compared.ours) === 400,
  },
  {
    reason: 'a check of a service that is not there: 404, as for whatever else is not there',
    covers: ({ theirs, ours }) => /ServiceID "[\w-]+" does not exist/.test(theirs) && statusOf(ours) === 404,
  },
  {
    reason: 'what an agent is told and nobody knows is passed over: newer clients know more than this registry',
    covers: ({ asked, theirs, ours }) =>
      statusOf(ours) === 200 && (theirs.includes('json: unknown field') || bodyOf(asked).includes('"OutputMaxSize":-1')),
  },
  {
    reason: 'bounds that all protocols here share: names, ports, hosts of nodes, metadata, weights, the statuses that there are',
    covers: ({ theirs, ours }) =>
      statusOf(theirs) === 200 &&
      statusOf(ours) >= 400 &&
      /Invalid service name|Port is -?\d+|Invalid node address|Invalid Service Meta|Passing must be|Bad check status|invalid LockDelay/.test(
        ours,
      ),
  },
  {
    reason: 'checks that nobody here makes are refused, with what to use instead',
    covers: ({ theirs, ours }) => statusOf(theirs) === 200 && /this registry runs nothing|a node follows nobody/.test(ours),
  },
  {
    reason: 'a flag that is neither true nor false, and a time that is negative',
    covers: ({ asked, ours }) => /replace-existing-checks=maybe|wait=-1s$/.test(pathOf(asked)) && statusOf(ours) === 400,
  },
  {
    reason: 'a datacenter that is nowhere is so for every call, and what cannot be together cannot at events',
    covers: ({ asked, theirs, ours }) =>
      statusOf(theirs) === 200 && statusOf(ours) >= 400 && /dc=nowhere|event\/list\?(?:stale|cached)&/.test(pathOf(asked)),
  },
  {
    reason: 'calls without an index do not look at what is said about one',
    covers: ({ asked, theirs, ours }) =>
      statusOf(theirs) === 400 && statusOf(ours) === 200 && /\/(?:status\/leader|catalog\/datacenters)\?/.test(pathOf(asked)),
  },
  {
    reason: 'the name `default` of the namespace that there is is understood, as newer ones do',
    covers: ({ asked, theirs }) => /[?&](?:ns|partition)=default/.test(pathOf(asked)) && theirs.includes('Enterprise feature'),
  },
  {
    reason: 'behind a prefix everything is a name, also one that is the name of another call',
    covers: ({ asked, theirs }) => pathOf(asked) === '/v1/agent/service/register' && statusOf(theirs) === 405,
  },
];

const absences: readonly Excuse[] = [
  {
    reason: 'filters are those of newer ones: `any`, empty texts, indexes',
    covers: ({ asked, theirs, ours }) => pathOf(asked).includes('filter=') && statusOf(theirs) === 500 && statusOf(ours) === 200,
  },
  {
    reason: 'a filter of services by what their nodes are finds them here',
    covers: ({ asked }) => pathOf(asked) === '/v1/catalog/services?filter=NodeMeta.rack%20%3D%3D%20r1',
  },
  {
    reason: 'what there is not, as docs/consul.md says',
    covers: ({ asked, ours }) =>
      /^\/v1\/(?:operator|internal|discovery-chain|config)\b/.test(pathOf(asked)) && (statusOf(ours) === 404 || ours.endsWith('JSON []')),
  },
  {
    reason: 'two slashes are two here, and what ends without one is what it is; Go’s router sends both elsewhere',
    covers: ({ theirs }) => statusOf(theirs) === 301,
  },
  {
    reason: 'a key with two slashes, from before',
    covers: ({ asked, ours }) => pathOf(asked) === '/v1/kv/?keys' && ours.includes('"/lead"'),
  },
  { reason: 'a fault of this version: it ends the connection', covers: ({ theirs }) => statusOf(theirs) === 0 },
  { reason: 'a fault of this version: NaN is no JSON', covers: ({ theirs }) => theirs.includes('unsupported value: NaN') },
  {
    reason: 'queries are found by name too, and deleting one that is gone is no fault',
    covers: ({ asked, theirs, ours }) =>
      pathOf(asked).startsWith('/v1/query/') && statusOf(theirs) === 500 && (statusOf(ours) === 200 || statusOf(ours) === 404),
  },
  { reason: 'all keys, where Consul wants a prefix', covers: ({ asked }) => bodyOf(asked).includes('"Verb":"get-tree","Key":""') },
];

const rows: readonly Excuse[] = [
  {
    reason: 'whoever is near comes first; a Consul sorts only by coordinates',
    covers: ({ asked }) => pathOf(asked) === '/v1/catalog/nodes?near=db-2',
  },
  { reason: 'names of nodes are told apart by case', covers: ({ asked }) => pathOf(asked) === '/v1/catalog/node/DB-1' },
  {
    reason: 'the words of an alias that finds nobody; and a check in a container, which is not here',
    covers: ({ theirs, ours }) => theirs.includes('Service other could not be found') && ours.includes('"Type": "alias"'),
  },
  {
    reason: 'an index that has been passed is answered at once; in memory it counts from the time of the start',
    covers: ({ asked, theirs, ours }) =>
      pathOf(asked).includes('index=1&wait=1s') && theirs.startsWith('time over') && ours.startsWith('at once'),
  },
  {
    reason: 'a namespace that there is not is so for every call',
    covers: ({ asked, theirs, ours }) => pathOf(asked).includes('ns=other') && statusOf(theirs) === 200 && statusOf(ours) === 400,
  },
  {
    reason: 'what in a query cannot be read is passed over, and a method that HTTP’s parser does not know never comes here',
    covers: ({ asked }) => /\?(?:%zz|a;b)$/.test(pathOf(asked)) || ('method' in asked && asked.method === 'STRANGE'),
  },
  {
    reason: 'an agent says of its checks what kind they are, here too',
    covers: ({ asked, theirs, ours }) => isAgentHealth(asked) && untyped(theirs) === untyped(ours),
  },
  {
    reason: 'checks show the tags that their service has now, and not those from when they came',
    covers: ({ theirs, ours }) => untagged(theirs) === untagged(ours),
  },
  {
    reason: 'an id that becomes another service begins anew, and a node is told by its name and not by its ID',
    covers: ({ theirs, ours }) =>
      (theirs.includes('"ServiceName": "postgres"') && ours.endsWith('JSON []')) ||
      (theirs.includes('"Node": "thief"') && ours.includes('"Node": "renamed"')),
  },
  {
    reason: 'no checks, said as `null`, are as many as if nothing was said',
    covers: ({ theirs }) => theirs.includes('"NodeChecks": null'),
  },
  {
    reason: 'how often a key was locked is not forgotten when its holder writes to it',
    covers: ({ theirs, ours }) => theirs.replaceAll(/"LockIndex": \d+/g, '') === ours.replaceAll(/"LockIndex": \d+/g, ''),
  },
  {
    reason: 'what a check says beside its status is written now and then, and shown when it is written',
    covers: ({ asked, theirs, ours }) => pathOf(asked) === '/v1/agent/checks' && theirs.replace('all well', '') === ours,
  },
  {
    reason: 'an operation about nothing is refused, and a deletion needs no name where there is an id',
    covers: ({ asked }) =>
      bodyOf(asked) === '[{}]' || (bodyOf(asked).includes('"Verb":"delete","Node":"n1"') && bodyOf(asked).startsWith('[{"Check"')),
  },
  {
    reason: 'whoever waits for names is not woken by values',
    covers: ({ asked, theirs, ours }) =>
      pathOf(asked).includes('?keys&index') && theirs.startsWith('woken') && ours.startsWith('time over'),
  },
  {
    reason: 'a node that was taken out while somebody waited for its services is gone in the answer',
    covers: ({ asked, ours }) => pathOf(asked).startsWith('/v1/catalog/node-services/n9?index') && ours.includes('"Node": null'),
  },
  {
    reason: 'it follows from a registration that was refused here',
    covers: ({ theirs, ours }) => ours.includes('"SocketPath": "/x"') && !theirs.includes('"SocketPath"'),
  },
];

function isAgentHealth(asked: Compared['asked']): boolean {
  return pathOf(asked).startsWith('/v1/agent/health/');
}

function untyped(text: string): string {
  return text.replaceAll(/"(?:Type|Interval|Timeout|ExposedPort)": (?:"\w*"|0),?\n\s*/g, '').replaceAll(/,(\s*[}\]])/g, '$1');
}

function untagged(text: string): string {
  return text.replaceAll(/,\s*"ServiceTags": \[[^\]]*\]/g, '');
}

export const excuses: readonly Excuse[] = [...refusals, ...absences, ...rows, ...excusesOfNames];

export function excuseFor(compared: Compared): Excuse | undefined {
  return excuses.find(({ covers }) => covers(compared));
}
