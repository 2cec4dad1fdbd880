/** `/v1/catalog`: which services and nodes there are, and what is where. */
import type { HttpReply } from '../../../shared/http-face.js';
import { json, jsonText } from '../answer.js';
import type { Subject } from './answers.js';
import { askedFilter, nodeTest, tagTest } from './chosen.js';
import type { Filter } from '../filter/filter.js';
import { catalogServiceShape, nodeShape, serviceShape } from '../filter/shapes.js';
import { askedNode } from './health-reads.js';
import type { Making } from './making.js';
import { nearFirst, nearOf } from './near.js';
import type { ConsulNode } from './nodes.js';
import { askedService, instancesOn, nodeNamed, ofNode, ofService, type ReadingContext } from './reading.js';
import type { Ask, ConsulRoute } from '../route.js';
import { listText } from '../shown/rows-text.js';
import { catalogRow, serviceOf, servicesOn, type ServiceOn } from '../shown/service-on.js';
import { nodeRow } from '../shown/node.js';
import { allNames, namesAmong, nodesIn } from './whole-catalog.js';

type Reply = HttpReply | Promise<HttpReply>;

export function catalogRoutes(context: ReadingContext): readonly ConsulRoute[] {
  const route = (path: string, handle: (ask: Ask) => Reply): ConsulRoute => ({ method: 'GET', path, right: 'read', handle });
  return [
    route('/catalog/datacenters', (ask) => datacenters(ask, context)),
    route('/catalog/nodes', (ask) => nodes(ask, context)),
    route('/catalog/services', (ask) => services(ask, context)),
    route('/catalog/service/*', (ask) => service(ask, context)),
    route('/catalog/node/*', (ask) => node(ask, context, tableOf)),
    route('/catalog/node-services/*', (ask) => node(ask, context, listOf)),
  ];
}

/** It has no index, and is not waited for. */
function datacenters(ask: Ask, { terms }: ReadingContext): Reply {
  return json(ask, [terms.datacenter], ask.query.has('cached') ? ['X-Cache', 'HIT', 'Age', '0'] : []);
}

async function nodes(ask: Ask, context: ReadingContext): Promise<HttpReply> {
  const { answers, reads, catalog } = context;
  const [byNode, filter, near] = [nodeTest(ask), askedFilter(ask, nodeShape), nearOf(ask, context)];
  const subject: Subject = { about: 'any', revision: () => catalog.nodes, near: near?.key };
  return reads.answer(ask, await answers.sliced(ask, subject, () => nodesIn(ask, context, { byNode, filter, near })));
}

async function services(ask: Ask, context: ReadingContext): Promise<HttpReply> {
  const { answers, reads, catalog } = context;
  const [byNode, filter] = [nodeTest(ask), askedFilter(ask, catalogServiceShape)];
  const isPlain = byNode === undefined && filter === undefined;
  const subject: Subject = { about: 'any', revision: () => (isPlain ? catalog.names : catalog.rows) };
  const make = (): Making<Buffer> => (isPlain ? allNames(ask, context) : namesAmong(ask, context, { byNode, filter }));
  return reads.answer(ask, await answers.sliced(ask, subject, make));
}

function service(ask: Ask, context: ReadingContext): Reply {
  const { answers, reads, terms } = context;
  const name = askedService(ask.rest);
  const [byTag, byNode, filter, near] = [tagTest(ask), nodeTest(ask), askedFilter(ask, catalogServiceShape), nearOf(ask, context)];
  const render = (): string => {
    const found = servicesOn(name, context, ask.caller).filter((on) => byTag?.(on) !== false && byNode?.(on) !== false);
    const rows = nearFirst(found, near, ({ node: at }) => at.name).map((on) => catalogRow(on, terms));
    return listText(
      ask,
      (filter === undefined ? rows : rows.filter(filter)).map((row) => JSON.stringify(row)),
    );
  };
  return reads.answer(ask, answers.watched(ask, { ...ofService(context, name, ask), near: near?.key, isExact: false }, render));
}

type NodeText = (node: ConsulNode | null, rows: readonly ServiceOn[], context: ReadingContext, filter: Filter | undefined) => unknown;

function node(ask: Ask, context: ReadingContext, textOf: NodeText): Reply {
  const { answers, reads } = context;
  const name = askedNode(ask.rest);
  const filter = askedFilter(ask, serviceShape);
  const render = (): string => {
    const found = nodeNamed(context, name, ask.caller);
    if (found === null) return jsonText(ask, textOf(null, [], context, filter));
    const rows = instancesOn(context, name, ask.caller).map((instance): ServiceOn => ({ node: found, instance }));
    const own: readonly ServiceOn[] = found.member === null ? [] : [{ node: found, instance: null }];
    return jsonText(ask, textOf(found, [...own, ...rows], context, filter));
  };
  return reads.answer(ask, answers.watched(ask, ofNode(context, name), render));
}

/** By id; of two that share one, both are there, the second by its whole name. */
const tableOf: NodeText = (found, rows, { terms }, filter) => {
  if (found === null) return null;
  const all = new Map<string, object>();
  for (const on of rows) {
    const own = serviceOf(on, terms);
    if (filter?.(own) === false) continue;
    all.set(all.has(own.ID) ? `${own.Service}:${own.ID}` : own.ID, own);
  }
  return { Node: nodeRow(found, terms), Services: Object.fromEntries(all) };
};

const listOf: NodeText = (found, rows, { terms }, filter) => {
  const all = rows.map((on) => serviceOf(on, terms));
  return { Node: found === null ? null : nodeRow(found, terms), Services: filter === undefined ? all : all.filter(filter) };
};
