/** What is asked of all of the catalog, step by step: checks, names, nodes, and what is on an agent. */
import { Namespace, type Caller, type Instance, type MachineName, type ServiceName } from '@rollcall/core';
import type { nodeTest } from './chosen.js';
import type { Filter } from '../filter/filter.js';
import { Pile, sorted, type Making } from './making.js';
import { ranking, type Near } from './near.js';
import type { ConsulNode } from './nodes.js';
import { byId, nodeNamed, type ReadingContext } from './reading.js';
import type { Ask } from '../route.js';
import { catalogRow, OWN_SERVICE, serviceOf, servicesOn } from '../shown/service-on.js';
import { mayHaveCheckIn, nodeChecks, serviceChecks, type CheckRow } from '../shown/checks.js';
import { nodeRow } from '../shown/node.js';
import { serviceIdOf } from '../shown/service.js';

/** `undefined`: everything. */
interface Chosen {
  readonly byNode: ReturnType<typeof nodeTest>;
  readonly filter: Filter | undefined;
  readonly near: Near | null;
}

/** Where the checks of one stand among all. */
interface Place {
  readonly rank: number;
  readonly key: string;
  readonly node: ConsulNode;
  /** `null`: of the node itself. */
  readonly instance: Instance | null;
}

/** By node, then by service, then by check; the nearest nodes first. */
export function* checksIn(state: string, ask: Ask, context: ReadingContext, { byNode, filter, near }: Chosen): Making<Buffer> {
  const { terms } = context;
  const rankOf = ranking(near);
  const places: Place[] = [];
  const take = (node: ConsulNode, instance: Instance | null, id: string): void => {
    if (byNode?.({ node }) === false) return;
    places.push({ rank: rankOf(node.name), key: `${node.name}\n${id}`, node, instance });
  };
  for (const node of ofThemselves(context, ask.caller).values()) {
    take(node, null, '');
    yield;
  }
  for (const instance of instancesIn(context, ask.caller)) {
    if (instance !== undefined && mayHaveCheckIn(instance, state))
      take(context.nodes.of(instance, ask.caller), instance, serviceIdOf(instance));
    yield;
  }
  const pile = new Pile('[');
  for (const { node, instance } of yield* sorted(places, inPlace)) {
    const rows: readonly CheckRow[] = instance === null ? nodeChecks(node, terms) : serviceChecks(instance, node, terms);
    const ordered = rows.length < 2 ? rows : rows.toSorted((one, other) => (one.CheckID < other.CheckID ? -1 : 1));
    for (const row of ordered) if ((state === 'any' || row.Status === state) && filter?.(row) !== false) pile.add(JSON.stringify(row));
    yield;
  }
  return laidOut(ask, pile.bytes());
}

function inPlace(one: Place, other: Place): number {
  if (one.rank !== other.rank) return one.rank < other.rank ? -1 : 1;
  return one.key < other.key ? -1 : one.key > other.key ? 1 : 0;
}

/** Nodes that are there by themselves: of those that are only there because somebody is on them, there are no checks. */
function ofThemselves({ view, nodes }: ReadingContext, caller: Caller): ReadonlyMap<MachineName, ConsulNode> {
  const named = new Map<MachineName, ConsulNode>(nodes.own);
  for (const machine of view.machines(Namespace.default, caller)) named.set(machine.name, nodes.ofMachine(machine));
  return named;
}

/** Service by service, each as it is when its turn comes; `undefined` between two, so that there is a step. */
function* instancesIn({ view }: ReadingContext, caller: Caller): Iterable<Instance | undefined> {
  for (const { service } of view.services(Namespace.default, caller)) {
    yield undefined;
    yield* view.instances(Namespace.default, service, caller);
  }
}

/** Names of services, each with the tags of its instances. */
export function* allNames(ask: Ask, { view, catalog }: ReadingContext): Making<Buffer> {
  const names = view.services(Namespace.default, ask.caller);
  const pile = new Pile('{');
  if (!names.some(({ service }) => (service as string) === OWN_SERVICE)) pile.add(`"${OWN_SERVICE}":[]`);
  for (const { service } of names) {
    pile.add(`${JSON.stringify(service)}:${JSON.stringify(catalog.tags.of(service))}`);
    yield;
  }
  return laidOut(ask, pile.bytes());
}

/** Every instance is looked at. */
export function* namesAmong(ask: Ask, context: ReadingContext, { byNode, filter }: Omit<Chosen, 'near'>): Making<Buffer> {
  const { view, terms } = context;
  const names = new Set([OWN_SERVICE as ServiceName, ...view.services(Namespace.default, ask.caller).map(({ service }) => service)]);
  const pile = new Pile('{');
  for (const name of names) {
    const tags = new Set<string>();
    let isAny = false;
    for (const on of servicesOn(name, context, ask.caller)) {
      yield;
      if (byNode?.(on) === false || filter?.(catalogRow(on, terms)) === false) continue;
      isAny = true;
      for (const tag of serviceOf(on, terms).Tags) tags.add(tag);
    }
    if (isAny) pile.add(`${JSON.stringify(name)}:${JSON.stringify([...tags].toSorted())}`);
  }
  return laidOut(ask, pile.bytes());
}

/** In the order of their names; the nearest first. */
export function* nodesIn(ask: Ask, context: ReadingContext, { byNode, filter, near }: Chosen): Making<Buffer> {
  const { places, terms } = context;
  const found = new Map(ofThemselves(context, ask.caller));
  yield;
  for (const name of places.names()) {
    const node = found.has(name) ? null : nodeNamed(context, name, ask.caller);
    if (node !== null) found.set(name, node);
    yield;
  }
  const rankOf = ranking(near);
  const rows = [...found.values()].map((node) => ({ rank: rankOf(node.name), key: node.name as string, node, instance: null }));
  const pile = new Pile('[');
  for (const { node } of yield* sorted(rows, inPlace)) {
    const row = nodeRow(node, terms);
    if (byNode?.({ node }) !== false && filter?.(row) !== false) pile.add(JSON.stringify(row));
    yield;
  }
  return laidOut(ask, pile.bytes());
}

/** Rows by their ids, in this order; of two that share one, the later. */
export function* tableOf<Row>(
  ask: Ask,
  things: readonly Instance[],
  rowsOf: (one: Instance) => readonly (readonly [id: string, row: Row])[],
  first: readonly (readonly [id: string, row: Row])[] = [],
): Making<Buffer> {
  const table = new Map<string, string>(first.map(([id, row]) => [id, JSON.stringify(row)]));
  for (const one of yield* sorted(things, byId)) {
    for (const [id, row] of rowsOf(one)) table.set(id, JSON.stringify(row));
    yield;
  }
  const pile = new Pile('{');
  for (const [id, text] of table) {
    pile.add(`${JSON.stringify(id)}:${text}`);
    yield;
  }
  return laidOut(ask, pile.bytes());
}

/** For somebody who wants to read it. */
function laidOut({ query }: Pick<Ask, 'query'>, bytes: Buffer): Buffer {
  return query.has('pretty') ? Buffer.from(`${JSON.stringify(JSON.parse(bytes.toString()), null, 4)}\n`) : bytes;
}
