/** `/v1/query`: prepared queries, and their answers. */
import { demandRight, Namespace, singleKey, type Compare } from '@rollcall/core';
import type { HttpAnswer, HttpReply } from '../../../shared/http-face.js';
import { done, json } from '../answer.js';
import { readBody } from '../said/body.js';
import { consistencyOf } from '../consistency.js';
import type { Kept } from '../kept-keys.js';
import { byteText, shelfKey } from '../keyspace/keys.js';
import type { Query } from '../keyspace/keyspace.js';
import type { QueryDefinition } from '../keyspace/query-record.js';
import { encodeJson } from '../keyspace/records.js';
import { demandKeys } from '../kv/routes.js';
import { nearTo } from '../catalog/near.js';
import type { ReadingContext } from '../catalog/reading.js';
import { shownJson } from '../reads.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';
import { goneQuery, nameKey } from '../sessions/end.js';
import { queryDefinition, shownQuery } from './definition.js';
import { execute } from './execute.js';
import { findQuery, resolvedQuery } from './template.js';

export interface QueryRoutesOptions {
  readonly kept: Kept;
  readonly reading: ReadingContext;
  readonly newId: () => string;
}

export function queryRoutes(options: QueryRoutesOptions): readonly ConsulRoute[] {
  const one = '/query/:query';
  return [
    { method: 'GET', path: '/query', right: 'read', handle: (ask) => list(ask, options.kept) },
    { method: 'POST', path: '/query', right: 'write', handle: (ask) => create(ask, options) },
    { method: 'GET', path: one, right: 'read', handle: (ask) => list(ask, options.kept, ask.parameter('query')) },
    { method: 'PUT', path: one, right: 'write', handle: (ask) => update(ask, options.kept) },
    { method: 'DELETE', path: one, right: 'write', handle: (ask) => remove(ask, options.kept) },
    { method: 'GET', path: `${one}/execute`, right: 'read', handle: (ask) => answer(ask, options) },
    { method: 'GET', path: `${one}/explain`, right: 'read', handle: (ask) => explain(ask, options.kept) },
  ];
}

async function list(ask: Ask, kept: Kept, id: string | null = null): Promise<HttpReply> {
  demandRight(ask.caller, 'read', { namespace: Namespace.default });
  const { keyspace, indexes, reads } = kept;
  await kept.confirmFor(ask);
  const chosen = (): readonly Query[] => {
    if (id === null) return [...keyspace.queries.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const found = findQuery(keyspace.queries, id);
    return found === undefined ? [] : [found];
  };
  return reads.answer(ask, {
    key: `queries ${ask.query.has('pretty') ? 'pretty ' : ''}${id ?? ''}`,
    index: () => indexes.of(keyspace.moved('queries')),
    listen: (moved) => keyspace.listen({ shelf: 'queries' }, moved),
    read: () => {
      const found = chosen();
      if (id !== null && found.length === 0) throw notFound();
      return shownJson(
        ask,
        found.map((query) => shownQuery(query, indexes)),
      );
    },
  });
}

async function create(ask: Ask, { kept, newId }: QueryRoutesOptions): Promise<HttpAnswer> {
  demandKeys(ask.caller, 'write');
  const { id, ...definition } = readBody(ask.body, queryDefinition);
  if (id !== '') throw new ConsulRefusal(500, 'ID must be empty when creating a new prepared query');
  const own = newId();
  await write(kept, own, definition, true);
  return json(ask, { ID: own });
}

async function update(ask: Ask, kept: Kept): Promise<HttpAnswer> {
  demandKeys(ask.caller, 'write');
  const { id: _said, ...definition } = readBody(ask.body, queryDefinition);
  await write(kept, ask.parameter('query'), definition, false);
  return done;
}

/** Names are taken in the log itself, so that no two nodes give the same one away. */
function write({ keyspace, writer }: Kept, id: string, definition: QueryDefinition, isNew: boolean): Promise<null> {
  return writer.write('queries', () => {
    const before = keyspace.queries.get(id);
    if (!isNew && before === undefined) throw new ConsulRefusal(500, `Cannot modify non-existent prepared query: '${id}'`);
    if (definition.session !== '' && !keyspace.sessions.has(definition.session))
      throw new ConsulRefusal(500, `invalid session ${JSON.stringify(definition.session)}`);
    const [old, name] = [before === undefined ? null : nameKey(before), nameKey(definition)];
    const isRenamed = String(old) !== String(name);
    const taken = [...keyspace.queries.values()].find((one) => one.id !== id && String(nameKey(one)) === String(name));
    if (name !== null && taken !== undefined) throw new ConsulRefusal(500, `name '${definition.name}' aliases an existing query name`);
    const at = (key: Uint8Array, target: 'mod' | 'version', is: '=' | '>', operand: number): Compare => ({
      range: singleKey(key),
      target,
      is,
      operand,
    });
    const key = shelfKey('queries', id);
    return {
      when: [
        at(key, 'mod', '=', before?.modRevision ?? 0),
        ...(name !== null && isRenamed ? [at(name, 'version', '=', 0)] : []),
        ...(definition.session === '' ? [] : [at(shelfKey('sessions', definition.session), 'version', '>', 0)]),
      ],
      then: [
        { type: 'put', key, value: encodeJson(definition) },
        ...(name !== null && isRenamed ? [{ type: 'put', key: name, value: Buffer.from(id) } as const] : []),
        ...(old !== null && isRenamed ? [{ type: 'delete', range: singleKey(old) } as const] : []),
      ],
      answer: () => null,
    };
  });
}

async function remove(ask: Ask, { keyspace, writer }: Kept): Promise<HttpAnswer> {
  demandKeys(ask.caller, 'write');
  const id = ask.parameter('query');
  await writer.write('queries', () => {
    const query = keyspace.queries.get(id);
    const key = singleKey(shelfKey('queries', byteText(id)));
    return {
      when: query === undefined ? [] : [{ range: key, target: 'mod', is: '=', operand: query.modRevision }],
      then: query === undefined ? [] : goneQuery(query),
      answer: () => null,
    };
  });
  return done;
}

async function answer(ask: Ask, { kept, reading }: QueryRoutesOptions): Promise<HttpAnswer> {
  const query = await asked(ask, kept);
  const limit = Number(ask.query.whole('limit', 'Invalid value for ?limit') ?? 0n);
  const said = ask.query.text('near') || query.service.near;
  const near = nearTo(said, reading, ask.caller);
  const service = { ...query.service, connect: query.service.connect || (ask.query.truth('connect') ?? false) };
  const rows = execute({ service, near, limit }, reading, kept.random, ask.caller);
  const { datacenter, indexes } = reading.terms;
  const head = { Service: query.service.service, DNS: { TTL: query.dnsTtl }, Datacenter: datacenter, Failovers: 0 };
  const nodes = rows.map(({ instance, node }) => reading.pieces.row(instance, node)).join(',');
  const body = `{"Service":${JSON.stringify(head.Service)},"Nodes":[${nodes}],${JSON.stringify({ ...head, Service: undefined }).slice(1)}`;
  const headers = kept.reads.headers(indexes.of(reading.view.revision), consistencyOf(ask.query));
  const text = ask.query.has('pretty') ? `${JSON.stringify(JSON.parse(body), null, 4)}\n` : body;
  return { status: 200, headers: [...headers, 'content-type', 'application/json'], body: text };
}

async function explain(ask: Ask, kept: Kept): Promise<HttpAnswer> {
  demandRight(ask.caller, 'read', { namespace: Namespace.default });
  const query = await asked(ask, kept);
  return json(ask, { Query: shownQuery(query, kept.indexes) }, kept.reads.headers(kept.indexes.of(kept.keyspace.moved('queries'))));
}

async function asked(ask: Ask, kept: Kept): Promise<Query> {
  await kept.confirmFor(ask);
  const name = ask.parameter('query');
  const found = findQuery(kept.keyspace.queries, name);
  if (found === undefined) throw notFound();
  return resolvedQuery(found, name);
}

function notFound(): ConsulRefusal {
  return new ConsulRefusal(404, 'Query not found');
}
