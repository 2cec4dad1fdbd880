/** `/v1/coordinate`: where nodes stand among each other, as they say themselves. Nobody here measures it. */
import { demandRight, Namespace } from '@rollcall/core';
import type { HttpAnswer, HttpReply } from '../../../shared/http-face.js';
import { done } from '../answer.js';
import { goAnything, goList, goStruct, goText, readBody, type GoKind } from '../said/body.js';
import type { Kept } from '../kept-keys.js';
import { byteText, shelfKey } from '../keyspace/keys.js';
import { encodeJson, type CoordinateRecord } from '../keyspace/records.js';
import { demandKeys } from '../kv/routes.js';
import { shownJson } from '../reads.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';

export interface CoordinateRoutesOptions {
  readonly kept: Kept;
  readonly datacenter: string;
  /** The registry's own nodes. */
  readonly servers: () => readonly string[];
}

/** Consul's own: all of its nodes count in eight dimensions. */
const DIMENSIONS = 8;

const number: GoKind<number> = (value, field) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ConsulRefusal(400, `Request decode failed: json: cannot unmarshal ${String(value)} into ${field}, which is a float64`);
};

const update = goStruct(
  {
    Datacenter: goText,
    Node: goText,
    Segment: goText,
    Coord: goStruct({ Vec: goList(number), Error: number, Adjustment: number, Height: number }, 'refused'),
    Partition: goText,
    WriteRequest: goAnything,
  },
  'refused',
);

export function coordinateRoutes(options: CoordinateRoutesOptions): readonly ConsulRoute[] {
  const list = (path: string, chosen: (ask: Ask) => (one: CoordinateRecord) => boolean): ConsulRoute => ({
    method: 'GET',
    path,
    right: 'read',
    handle: (ask) => read(ask, options, chosen(ask)),
  });
  return [
    { method: 'GET', path: '/coordinate/datacenters', right: 'read', handle: (ask) => datacenters(ask, options) },
    list(
      '/coordinate/nodes',
      ({ query }) =>
        (one) =>
          query.text('segment') === one.segment,
    ),
    list(
      '/coordinate/node/*',
      ({ rest }) =>
        (one) =>
          one.node.toLowerCase() === rest.toLowerCase(),
    ),
    { method: 'PUT', path: '/coordinate/update', right: 'write', handle: (ask) => put(ask, options) },
  ];
}

async function put(ask: Ask, { kept }: CoordinateRoutesOptions): Promise<HttpAnswer> {
  demandKeys(ask.caller, 'write');
  const { Node: node = '', Segment: segment = '', Coord } = readBody(ask.body, update);
  const { Vec: vec = [], Error: error = 0, Adjustment: adjustment = 0, Height: height = 0 } = Coord ?? {};
  if (node === '') throw new ConsulRefusal(400, 'Must provide node');
  if (vec.length !== DIMENSIONS) throw new ConsulRefusal(500, `incompatible coordinate: ${vec.length} dimensions instead of ${DIMENSIONS}`);
  const record: CoordinateRecord = { node, segment, vec, error, adjustment, height };
  const key = shelfKey('coordinates', byteText(segment === '' ? node : `${node}/${segment}`));
  await kept.writer.write(`coordinates/${node}`, () => ({
    when: [],
    then: [{ type: 'put', key, value: encodeJson(record) }],
    answer: () => null,
  }));
  return done;
}

async function read(ask: Ask, { kept }: CoordinateRoutesOptions, isChosen: (one: CoordinateRecord) => boolean): Promise<HttpReply> {
  demandRight(ask.caller, 'read', { namespace: Namespace.default });
  const { keyspace, indexes, reads } = kept;
  const isOne = ask.parameters['*'] !== undefined;
  await kept.confirmFor(ask);
  return reads.answer(ask, {
    key: `coordinates ${ask.query.has('pretty') ? 'pretty ' : ''}${ask.head.url?.split('?', 1)[0] ?? ''} ${ask.query.text('segment')}`,
    index: () => indexes.of(keyspace.moved('coordinates')),
    listen: (moved) => keyspace.listen({ shelf: 'coordinates' }, moved),
    read: () => {
      const chosen = [...keyspace.coordinates.values()].filter(isChosen).toSorted((a, b) => (a.node < b.node ? -1 : 1));
      if (isOne && chosen.length === 0) return { status: 404, body: null };
      return shownJson(ask, chosen.map(shown));
    },
  });
}

function shown({ node, segment, vec, error, adjustment, height }: CoordinateRecord): object {
  return { Node: node, Segment: segment, Coord: { Vec: vec, Error: error, Adjustment: adjustment, Height: height } };
}

/** Of the registry's own nodes, which stand at one place as far as anybody knows. */
function datacenters(ask: Ask, { datacenter, servers, kept }: CoordinateRoutesOptions): HttpAnswer {
  demandRight(ask.caller, 'read', { namespace: Namespace.default });
  const vec = Array.from({ length: DIMENSIONS }, () => 0);
  const nowhere = { segment: '', vec, error: 1.5, adjustment: 0, height: 1e-5 };
  const Coordinates = servers().map((name) => {
    const known = kept.keyspace.coordinates.get(byteText(name));
    return shown({ ...(known ?? nowhere), node: name });
  });
  const { body } = shownJson(ask, [{ Datacenter: datacenter, AreaID: 'wan', Coordinates }]);
  return { status: 200, headers: ['content-type', 'application/json'], body };
}
