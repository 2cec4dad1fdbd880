/** `/v1/event`: to fire one, and to hear of those that were fired. */
import { demandRight, everything, Namespace, ROLLCALL, type Caller, type CatalogView, type MachineName } from '@rollcall/core';
import type { HttpAnswer, HttpReply } from '../../../shared/http-face.js';
import type { Agents } from '../agent/agents.js';
import { json } from '../answer.js';
import type { Kept } from '../kept-keys.js';
import type { FiredEvent } from '../keyspace/keyspace.js';
import { demandKeys } from '../kv/routes.js';
import { shownJson } from '../reads.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';
import { matcher } from './filters.js';
import { fireEvent } from './log.js';

export interface EventRoutesOptions {
  readonly kept: Kept;
  readonly agents: Pick<Agents, 'of'>;
  readonly view: Pick<CatalogView, 'instancesOn'>;
}

/** Of Serf, which carries Consul's events: what is larger gets nowhere there. */
const PAYLOAD_BYTES_MAX = 512;

export function eventRoutes(options: EventRoutesOptions): readonly ConsulRoute[] {
  return [
    { method: 'PUT', path: '/event/fire/*', right: 'write', bodyBytesMax: 16 * 1024, handle: (ask) => fire(ask, options) },
    { method: 'GET', path: '/event/list', right: 'read', handle: (ask) => list(ask, options) },
  ];
}

async function fire(ask: Ask, { kept }: EventRoutesOptions): Promise<HttpAnswer> {
  demandKeys(ask.caller, 'write');
  const name = ask.rest;
  if (name === '') throw new ConsulRefusal(400, 'Missing name');
  if (ask.body.length > PAYLOAD_BYTES_MAX)
    throw new ConsulRefusal(500, `user event exceeds configured limit of ${PAYLOAD_BYTES_MAX} bytes before encoding`);
  const { query } = ask;
  const filters = { nodeFilter: query.text('node'), serviceFilter: query.text('service'), tagFilter: query.text('tag') };
  for (const filter of Object.values(filters)) if (filter !== '') demandPattern(filter);
  if (filters.tagFilter !== '' && filters.serviceFilter === '')
    throw new ConsulRefusal(500, 'Cannot provide tag filter without service filter');
  const event = await fireEvent(kept, { name, payload: ask.body.toString('base64'), ...filters });
  return json(ask, { ...shownEvent(event), LTime: 0 });
}

async function list(ask: Ask, { kept, agents, view }: EventRoutesOptions): Promise<HttpReply> {
  demandRight(ask.caller, 'read', { namespace: Namespace.default });
  const { keyspace } = kept;
  const name = ask.query.text('name');
  const node = agents.of(ask.caller).name;
  const asked = ['node', 'service', 'tag'].map((filter) => ask.query.text(filter));
  const chosen = (): readonly FiredEvent[] =>
    keyspace.events.filter((event) => (name === '' || event.name === name) && isMeantFor(event, node, view));
  await kept.confirmFor(ask);
  return kept.reads.answer(ask, {
    key: `events ${JSON.stringify([name, node, ask.query.has('pretty'), asked])}`,
    // Not the index of the log: clients compute it from the id of the newest one.
    index: () => chosen().at(-1)?.sequence ?? 1,
    anyIndex: true,
    listen: (moved) => keyspace.listen({ shelf: 'events' }, moved),
    read: () => shownJson(ask, chosen().map(shownEvent)),
  });
}

function shownEvent({ id, name, payload, nodeFilter, serviceFilter, tagFilter, sequence }: FiredEvent): object {
  return {
    ID: id,
    Name: name,
    Payload: payload === '' ? null : payload,
    NodeFilter: nodeFilter,
    ServiceFilter: serviceFilter,
    TagFilter: tagFilter,
    Version: 1,
    LTime: sequence,
  };
}

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'consul' };

/** Each agent hears of those alone that are for it: whoever listens mostly runs something then. */
function isMeantFor({ nodeFilter, serviceFilter, tagFilter }: FiredEvent, node: MachineName, view: EventRoutesOptions['view']): boolean {
  if (nodeFilter !== '' && !matcher(nodeFilter)(node)) return false;
  if (serviceFilter === '') return true;
  const isTagged = tagFilter === '' ? (): boolean => true : matcher(tagFilter);
  return view
    .instancesOn({ namespace: Namespace.default, name: node }, self)
    .some(({ service, tags }) => matcher(serviceFilter)(service) && (tagFilter === '' || tags.some(isTagged)));
}

function demandPattern(filter: string): void {
  try {
    matcher(filter);
  } catch (error) {
    throw new ConsulRefusal(500, (error as Error).message, [], { cause: error });
  }
}
