/** `/v1/session`: leases on locks. */
import type { MachineName } from '@rollcall/core';
import type { HttpAnswer, HttpReply } from '../../../shared/http-face.js';
import type { Agents } from '../agent/agents.js';
import { json } from '../answer.js';
import { readBody } from '../said/body.js';
import type { Kept } from '../kept-keys.js';
import type { Session } from '../keyspace/keyspace.js';
import { demandKeys } from '../kv/routes.js';
import { shownJson } from '../reads.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';
import type { Watched } from '../waiting/watched.js';
import type { Sessions } from './registry.js';
import { sessionFor, shownSession } from './rules.js';
import { faultOf, type Standing } from './standing.js';

export interface SessionRoutesOptions {
  readonly kept: Kept;
  readonly sessions: Sessions;
  readonly standing: Standing;
  readonly agents: Pick<Agents, 'of'>;
}

export function sessionRoutes(options: SessionRoutesOptions): readonly ConsulRoute[] {
  const { kept } = options;
  const list = (path: string, chosen: (ask: Ask) => (session: Session) => boolean): ConsulRoute => ({
    method: 'GET',
    path,
    right: 'read',
    handle: (ask) => read(ask, kept, chosen(ask)),
  });
  return [
    { method: 'PUT', path: '/session/create', right: 'write', handle: (ask) => create(ask, options) },
    { method: 'PUT', path: '/session/destroy/*', right: 'write', handle: (ask) => destroy(ask, options) },
    { method: 'PUT', path: '/session/renew/*', right: 'write', lane: 'heartbeat', handle: (ask) => renew(ask, options) },
    list('/session/info/*', (ask) => one(ask)),
    list('/session/node/*', (ask) => of(demanded(ask.rest, 'Missing node name') as MachineName)),
    list('/session/list', () => () => true),
  ];
}

async function create(ask: Ask, { sessions, standing, agents }: SessionRoutesOptions): Promise<HttpAnswer> {
  demandKeys(ask.caller, 'write');
  const read = sessionFor(agents.of(ask.caller).name);
  const record = ask.body.length === 0 ? read({}, 'body') : readBody(ask.body, read);
  const fault = faultOf(record, standing);
  if (fault !== null) throw new ConsulRefusal(500, fault);
  return json(ask, { ID: await sessions.begin(record) });
}

async function destroy(ask: Ask, { sessions }: SessionRoutesOptions): Promise<HttpAnswer> {
  demandKeys(ask.caller, 'write');
  await sessions.end(demanded(ask.rest, 'Missing session'));
  return json(ask, true);
}

async function renew(ask: Ask, { kept, sessions }: SessionRoutesOptions): Promise<HttpAnswer> {
  demandKeys(ask.caller, 'write');
  const id = demanded(ask.rest, 'Missing session');
  // Whoever is told that it is gone lets go of a lock: that is not said by what may be out of date.
  if (!kept.keyspace.sessions.has(id)) await kept.confirm();
  const session = await sessions.renew(id);
  if (session === undefined) throw new ConsulRefusal(404, `Session id '${id}' not found`);
  return json(ask, [shownSession(session, kept.indexes)]);
}

async function read(ask: Ask, kept: Kept, isChosen: (session: Session) => boolean): Promise<HttpReply> {
  demandKeys(ask.caller, 'read');
  const { keyspace, indexes, reads } = kept;
  const watched: Watched = {
    key: `sessions ${ask.query.has('pretty') ? 'pretty ' : ''}${ask.head.url?.split('?', 1)[0] ?? ''}`,
    index: () => indexes.of(keyspace.moved('sessions')),
    listen: (moved) => keyspace.listen({ shelf: 'sessions' }, moved),
    read: () => {
      const chosen = [...keyspace.sessions.values()].filter(isChosen).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      return shownJson(
        ask,
        chosen.map((session) => shownSession(session, indexes)),
      );
    },
  };
  await kept.confirmFor(ask);
  return reads.answer(ask, watched);
}

function one(ask: Ask): (session: Session) => boolean {
  const id = demanded(ask.rest, 'Missing session');
  return (session) => session.id === id;
}

function of(node: MachineName): (session: Session) => boolean {
  return (session) => session.node === (node as string);
}

function demanded(text: string, refusal: string): string {
  if (text === '') throw new ConsulRefusal(400, refusal);
  return text;
}
