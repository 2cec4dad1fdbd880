/** What the reads of the catalog share. */
import { ServiceName, type Caller, type CatalogView, type Clock, type Instance, type MachineName } from '@rollcall/core';
import type { Agents } from '../agent/agents.js';
import type { CatalogAnswers, Subject } from './answers.js';
import type { CatalogIndexes } from './indexes.js';
import type { Distances } from '../coordinates/distances.js';
import type { Members } from './members.js';
import type { ConsulNode, Nodes } from './nodes.js';
import type { Pieces } from '../shown/pieces.js';
import type { Places } from './places.js';
import type { Reads } from '../reads.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask } from '../route.js';
import type { Terms } from '../shown/terms.js';

export interface ReadingContext {
  readonly view: CatalogView;
  readonly agents: Agents;
  readonly members: Members;
  readonly nodes: Nodes;
  readonly places: Places;
  readonly distances: Distances;
  readonly catalog: CatalogIndexes;
  readonly answers: CatalogAnswers;
  readonly pieces: Pieces;
  readonly reads: Reads;
  readonly terms: Terms;
  readonly clock: Clock;
}

/** What is called so can be a service; whatever else is asked for is one that nobody has. */
export function askedService(name: string): ServiceName | null {
  if (name === '') throw new ConsulRefusal(400, 'Missing service name');
  return ServiceName.parse(name) ?? null;
}

/** Of one service: it moves when anything that is shown of it does, its nodes included. */
export function ofService({ catalog }: Pick<ReadingContext, 'catalog'>, service: ServiceName | null, ask: Ask): Subject {
  // A name that nobody can have never moves.
  if (service === null) return { about: 'any', revision: () => catalog.floor, isExact: true };
  const caller = lasting(ask.caller);
  return { about: { service }, revision: () => catalog.ofService(service, caller), isExact: isPlain(ask) };
}

export function ofNode({ catalog }: Pick<ReadingContext, 'catalog'>, node: MachineName): Subject {
  return { about: { node }, revision: () => catalog.ofNode(node) };
}

/** All rows are shown: whatever moves shows. */
function isPlain({ query }: Ask): boolean {
  return !['filter', 'passing', 'tag', 'node-meta'].some((name) => query.has(name));
}

/** Without the request that it came with: what is kept would keep that too. */
function lasting({ identity, may, face }: Caller): Caller {
  return { identity, may, from: '', face };
}

/** Those on a node that this caller may see. */
export function instancesOn({ places }: Pick<ReadingContext, 'places'>, name: MachineName, { may }: Caller): readonly Instance[] {
  const all = [...places.on(name)].toSorted(byId);
  return may.read.isEverything ? all : all.filter(({ namespace, service }) => may.read.covers(namespace, service));
}

/** Of those that share an id, being of different services, who came first: so it is the same on every node, and after a restart. */
export function byId(one: Instance, other: Instance): number {
  if (one.id !== other.id) return one.id < other.id ? -1 : 1;
  if (one.createRevision !== other.createRevision) return one.createRevision - other.createRevision;
  return ServiceName.fold(one.service) < ServiceName.fold(other.service) ? -1 : 1;
}

/** A node by its name, whether it is there by itself or because somebody is on it; `null` for one that nobody knows, or may know. */
export function nodeNamed(context: Pick<ReadingContext, 'nodes' | 'places'>, name: MachineName, caller: Caller): ConsulNode | null {
  const named = context.nodes.named(name, caller);
  if (named !== null) return named;
  // The first one to come there says what it is.
  const [first] = instancesOn(context, name, caller).toSorted((one, other) => one.createRevision - other.createRevision);
  return first === undefined ? null : context.nodes.of(first, caller);
}
