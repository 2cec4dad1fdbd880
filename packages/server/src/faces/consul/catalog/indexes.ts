/**
 * When what Consul shows of the catalog last moved: all of it, its nodes, its names and tags, each service, each node. Fed by the
 * view's feed, so that it says the same however a change came about. And whoever waits for one of these is told.
 *
 * A revision here never is below what the view says of the same, and grows or stays for as long as the log is not set back.
 */
import {
  Namespace,
  ServiceName,
  type Caller,
  type CatalogView,
  type ChangeBatch,
  type InstanceChange,
  type MachineName,
} from '@rollcall/core';
import { consulItself } from '../itself.js';
import { Listeners } from '../waiting/listeners.js';
import type { Member, Members } from './members.js';
import { NodeRevisions } from './node-revisions.js';
import { nodeNameOf } from './nodes.js';
import { ServiceTags } from './service-tags.js';

export interface CatalogIndexesOptions {
  readonly view: CatalogView;
  readonly members: Members;
}

export class CatalogIndexes {
  readonly #view: CatalogView;
  readonly #members: Members;
  readonly #tags: ServiceTags;
  /** Nothing is known of what was before. */
  #floor = 0;
  #any = 0;
  #nodes = 0;
  #names = 0;
  #rows = 0;
  /** Services that moved because of a node that they are on. Only those that still have instances. */
  readonly #touched = new Map<string, number>();
  readonly #ofNodes = new NodeRevisions();
  readonly #listeners = new Listeners();
  /** The registry's own nodes, as they were. */
  #known: readonly Member[] = [];

  constructor({ view, members }: CatalogIndexesOptions) {
    this.#view = view;
    this.#members = members;
    this.#tags = new ServiceTags(view);
    view.follow({ changed: (batch) => this.#take(batch), reset: () => this.#reset() }, consulItself);
    this.#known = members.all();
    members.follow(() => this.#memberChanged());
    if (view.complete) this.#reset();
  }

  /** Anything at all. */
  get any(): number {
    return this.#any;
  }

  /** What the nodes are, whoever is on them. */
  get nodes(): number {
    return this.#nodes;
  }

  /** Which services there are, and their tags. */
  get names(): number {
    return this.#names;
  }

  /** Any instance came, went, or says something else of itself; or any node. */
  get rows(): number {
    return this.#rows;
  }

  get floor(): number {
    return this.#floor;
  }

  /** Tags of all instances of each service, each once, by the folded name. Counted from when they are first asked for. */
  get tags(): Pick<ServiceTags, 'of'> {
    return this.#tags;
  }

  ofService(service: ServiceName, caller: Caller): number {
    const own = this.#view.serviceRevision(Namespace.default, service, caller);
    // Who may not read it learns nothing of its nodes either.
    if (!caller.may.read.covers(Namespace.default, service)) return own;
    return Math.max(own, this.#touched.get(ServiceName.fold(service)) ?? 0);
  }

  ofNode(name: MachineName): number {
    return this.#ofNodes.of(name);
  }

  /** Called in the turn of the change. The answer ends it. */
  listen(about: About, moved: () => void): () => void {
    return this.#listeners.listen(keyOf(about), moved);
  }

  #take({ revision, services, changes, machines }: ChangeBatch): void {
    const own = ownOf(changes);
    const ownMachines = ownOf(machines);
    if (own.length + ownMachines.length === 0) return;
    this.#any = revision;
    if (this.#tags.take(services)) this.#names = revision;
    if (own.some(isOfRow)) this.#rows = revision;
    for (const { service, namespace } of services) {
      if (namespace !== Namespace.default) continue;
      if (this.#touched.has(service) && this.#view.service(namespace, service, consulItself) === undefined) this.#touched.delete(service);
      this.#tell('service', service);
    }
    for (const change of own) this.#instanceChanged(change, revision);
    for (const { ref, previous, current } of ownMachines) {
      if (previous === null || current === null || previous.revision !== current.revision) this.#nodes = this.#rows = revision;
      this.#nodeMoved(ref.name, revision);
    }
    this.#listeners.tell('any');
  }

  #instanceChanged({ previous, current }: InstanceChange, revision: number): void {
    const [before, after] = [previous === null ? null : nodeNameOf(previous), current === null ? null : nodeNameOf(current)];
    if (before !== null) this.#holdNode(before, revision);
    if (after !== null && after !== before) this.#holdNode(after, revision);
    // It may be the first or the last one on a node that is only there because of it.
    if (before !== after) this.#nodes = revision;
  }

  /** All services on it show it, and what its checks found. */
  #nodeMoved(name: MachineName, revision: number): void {
    this.#holdNode(name, revision);
    for (const { service } of this.#view.instancesOn({ namespace: Namespace.default, name }, consulItself)) {
      const folded = ServiceName.fold(service);
      if (this.#touched.get(folded) === revision) continue;
      this.#touched.set(folded, revision);
      this.#tell('service', folded);
    }
  }

  #holdNode(name: MachineName, revision: number): void {
    this.#ofNodes.moved(name, revision);
    this.#tell('node', name);
  }

  /** Mostly nobody waits, and then nobody is looked for. */
  #tell(kind: 'service' | 'node', name: ServiceName | MachineName): void {
    if (this.#listeners.size > 0) this.#listeners.tell(`${kind} ${name}`);
  }

  #memberChanged(): void {
    if (!this.#view.complete) return;
    const before = new Map(this.#known.map((member) => [member.name, shownOf(member)]));
    const now = new Map(this.#members.all().map((member) => [member.name, shownOf(member)]));
    this.#known = this.#members.all();
    const names = [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.get(name) !== now.get(name));
    if (names.length === 0) return;
    const revision = Math.max(this.#members.revision, this.#any);
    this.#any = this.#nodes = this.#rows = revision;
    // Those that left, too: what is on them is shown without them from now on.
    for (const name of names) this.#nodeMoved(name, revision);
    this.#listeners.tell('any');
  }

  #reset(): void {
    const { revision } = this.#view;
    this.#floor = this.#any = this.#nodes = this.#names = this.#rows = revision;
    this.#touched.clear();
    this.#ofNodes.reset(revision);
    this.#tags.reset();
    this.#listeners.tellAll();
  }
}

/** What somebody waits for. */
export type About = 'any' | { readonly service: ServiceName } | { readonly node: MachineName };

function keyOf(about: About): string {
  if (about === 'any') return about;
  return 'service' in about ? `service ${ServiceName.fold(about.service)}` : `node ${about.node}`;
}

function ownOf<Change extends { readonly ref: { readonly namespace: Namespace } }>(changes: readonly Change[]): readonly Change[] {
  const isOwn = ({ ref }: Change): boolean => ref.namespace === Namespace.default;
  return changes.every(isOwn) ? changes : changes.filter(isOwn);
}

/** That it stops soon shows nowhere in the catalog. */
function shownOf({ id, address, port, revision }: Member): string {
  return [id, address, port, revision].join(' ');
}

/** Not only what was found about it. */
function isOfRow({ previous, current }: InstanceChange): boolean {
  return previous?.revision !== current?.revision || previous?.intentRevision !== current?.intentRevision;
}
