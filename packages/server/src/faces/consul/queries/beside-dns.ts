/**
 * What DNS answers of Consul beside the catalog: its own nodes, and prepared queries by name. It stands in another thread, over the
 * view that is there, and is told what it cannot read from that.
 */
import {
  instanceOf,
  MachineName,
  Namespace,
  Host,
  ServiceName,
  type Caller,
  type CatalogView,
  type Instance,
  type InstanceId,
  type Random,
} from '@rollcall/core';
import { Agents, type AgentsOptions } from '../agent/agents.js';
import { Distances } from '../coordinates/distances.js';
import { parseGoDuration } from '../go-duration.js';
import { Indexes } from '../indexes.js';
import type { Query } from '../keyspace/keyspace.js';
import type { CoordinateRecord } from '../keyspace/records.js';
import type { Member } from '../catalog/members.js';
import { nearTo } from '../catalog/near.js';
import { Nodes, type ConsulNode } from '../catalog/nodes.js';
import { OWN_SERVICE } from '../shown/service-on.js';
import { execute } from './execute.js';
import { findQuery, isBelow, resolvedQuery } from './template.js';

/** What has changed; what is left out has not. Of nodes, all of them; of the others, those that are new, and the keys of those that are gone. */
export interface BesideNews {
  readonly members?: readonly Member[];
  readonly queries?: News<Query>;
  readonly coordinates?: News<CoordinateRecord>;
}

export interface News<Record> {
  readonly put: readonly (readonly [key: string, record: Record])[];
  readonly gone: readonly string[];
}

export interface BesideSettings {
  readonly agents: AgentsOptions;
  readonly datacenter: string;
  readonly consulVersion: string;
  /** What there is to begin with. */
  readonly news: BesideNews;
}

export interface BesideDnsOptions {
  readonly settings: BesideSettings;
  /** `undefined` before it is whole. */
  readonly view: () => CatalogView | undefined;
  readonly random: Random;
}

interface Answer {
  readonly service: string;
  readonly instances: readonly Instance[];
  readonly isOrdered: boolean;
  readonly ttlSeconds?: number;
  readonly isPassing: boolean;
}

/** There is no index in what DNS answers. */
const noIndexes = new Indexes(0);

export class BesideDns {
  readonly #options: BesideDnsOptions;
  readonly #agents: Agents;
  readonly #queries = new Map<string, Query>();
  readonly #coordinates = new Map<string, CoordinateRecord>();
  readonly #distances: Distances;
  #members: readonly Member[] = [];
  /** The log was read: before, nobody is told that there is no such query. */
  #isKnown = false;
  #moved = 0;
  #nodes: { readonly of: CatalogView; readonly members: readonly Member[]; readonly nodes: Nodes } | null = null;
  #own: { readonly moved: number; readonly instances: readonly Instance[] } | null = null;

  constructor(options: BesideDnsOptions) {
    this.#options = options;
    this.#agents = new Agents(options.settings.agents);
    this.#distances = new Distances({ coordinates: () => this.#coordinates, moved: () => 0 });
    this.take(options.settings.news);
  }

  get moved(): number {
    return this.#moved;
  }

  take({ members, queries, coordinates }: BesideNews): void {
    if (members !== undefined) this.#members = members;
    if (queries !== undefined) {
      takeInto(this.#queries, queries);
      this.#isKnown = true;
    }
    if (coordinates !== undefined) takeInto(this.#coordinates, coordinates);
    // Where nodes stand is asked anew every time.
    if (members !== undefined || queries !== undefined) this.#moved++;
  }

  nodes(caller: Caller): readonly { readonly name: MachineName; readonly address: string; readonly metadata: ConsulNode['meta'] }[] {
    if (caller.may.read.isNothing) return [];
    return [...(this.#nodesOf()?.own.values() ?? [])].map(({ name, address, meta }) => ({ name, address, metadata: meta }));
  }

  instances(service: string, caller: Caller): readonly Instance[] {
    if (service !== OWN_SERVICE || caller.may.read.isNothing) return [];
    if (this.#own?.moved !== this.#moved) this.#own = { moved: this.#moved, instances: this.#members.map(ownInstance) };
    return this.#own.instances;
  }

  prepared(name: string, caller: Caller, most: number): Answer | 'above' | 'unknown' | null {
    const [view, nodes, query] = [this.#options.view(), this.#nodesOf(), findQuery(this.#queries, name)];
    // Who may not ask for anything learns no names either.
    if (view === undefined || nodes === null || caller.may.read.isNothing) return null;
    if (!this.#isKnown) return 'unknown';
    if (query === undefined) return isBelow(this.#queries, name) ? 'above' : null;
    const { service, dnsTtl } = resolvedQuery(query, name);
    const near = nearTo(service.near, { agents: this.#agents, nodes, distances: this.#distances }, caller);
    const world = { view, nodes, terms: { indexes: noIndexes, datacenter: this.#options.settings.datacenter } };
    const rows = execute({ service, near, limit: most }, world, this.#options.random, caller);
    const ttlMs = dnsTtl === '' ? undefined : parseGoDuration(dnsTtl);
    return {
      service: ServiceName.fold(service.service as ServiceName),
      instances: rows.map(({ instance }) => instance),
      isOrdered: near !== null,
      ...(ttlMs === undefined ? {} : { ttlSeconds: Math.floor(ttlMs / 1000) }),
      isPassing: near !== null,
    };
  }

  #nodesOf(): Nodes | null {
    const view = this.#options.view();
    if (view === undefined) return null;
    const members = this.#members;
    if (this.#nodes?.of !== view || this.#nodes.members !== members) {
      const { consulVersion } = this.#options.settings;
      this.#nodes = { of: view, members, nodes: new Nodes({ view, members: { all: () => members }, consulVersion }) };
    }
    return this.#nodes.nodes;
  }
}

function takeInto<Record>(all: Map<string, Record>, { put, gone }: News<Record>): void {
  for (const key of gone) all.delete(key);
  for (const [key, record] of put) all.set(key, record);
}

/** Nothing was found or said about it. */
const plainly = { verdicts: {}, healthRevision: 0, held: false, intent: null, intentRevision: 0, machine: null };

/** The registry's own service on one of its nodes, as if somebody had registered it. */
function ownInstance({ name, address, port, revision }: Member): Instance {
  const registration = {
    namespace: Namespace.default,
    service: OWN_SERVICE as ServiceName,
    id: `${OWN_SERVICE}@${name}` as InstanceId,
    host: Host.parse(address) ?? null,
    port,
    ports: {},
    tags: [],
    metadata: {},
    weight: 1,
    zone: null,
    region: null,
    version: null,
    machine: name,
    checks: [],
    deregisterAfterMs: null,
    origin: { face: 'consul' },
  };
  const born = { incarnation: 1, registeredAtMs: 0, createRevision: revision, revision };
  return instanceOf({ ...registration, ...born }, plainly);
}
