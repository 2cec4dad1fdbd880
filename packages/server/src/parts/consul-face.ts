/** The Consul face over the ledger: what its routes read and write, and what all of them share. */
import { CheckedRegistrar, type AccessControl, type Meter, type Metric } from '@rollcall/core';
import { Blocking } from '../faces/consul/blocking.js';
import { Indexes, LASTING_BASE, passingBase } from '../faces/consul/indexes.js';
import { Reads } from '../faces/consul/reads.js';
import type { ConsulRoute } from '../faces/consul/route.js';
import { ConsulFace } from '../faces/consul/server.js';
import { statusRoutes } from '../faces/consul/status.js';
import { stubRoutes } from '../faces/consul/stubs.js';
import type { Part } from '../lifecycle.js';
import type { ServeOptions } from '../options.js';
import type { Surroundings } from '../surroundings.js';
import type { Auditing } from './audit.js';
import type { ClusterNode } from './cluster.js';
import { consulKeys } from './consul-keys.js';
import { consulMembers } from './consul-members.js';
import { consulAgents, consulWriteRoutes } from './consul-writes.js';
import type { Ledger } from './ledger.js';

export interface ConsulSources extends Ledger {
  readonly access: AccessControl;
  readonly audit: Auditing;
  readonly cluster: ClusterNode | null;
  readonly meter: Meter;
}

const blockingQueries: Metric = {
  name: 'rollcall_consul_blocking_queries',
  kind: 'gauge',
  help: 'Blocking queries of Consul’s API that wait.',
};

export interface OpenedConsul {
  readonly face: ConsulFace;
  /** What it keeps in the log, to be read before anybody asks. */
  readonly keysPart: Part;
}

export function consulFace(sources: ConsulSources, options: ServeOptions, surroundings: Surroundings): OpenedConsul {
  const { store, catalog, shown: view, registrar, access, audit, cluster, meter } = sources;
  const { clock, random, log } = surroundings;
  const indexes = new Indexes(options.store === 'memory' ? passingBase(clock.wallMs()) : LASTING_BASE);
  const members = consulMembers(options, cluster);
  const agents = consulAgents(options, members, cluster !== null);
  const keys = consulKeys({ store, view: catalog.view, cluster, members, agents, indexes }, surroundings);
  const now = (): number => indexes.of(Math.max(view.revision, keys.keyspace.revision));
  const blocking = new Blocking({ clock, random, waitersMax: options.connectionsMax, now });
  meter.gauge(blockingQueries, () => blocking.size);
  const defaultPolicy = (): 'allow' | 'deny' => (access.identify(nobody).may.read.isNothing ? 'deny' : 'allow');
  const reads = new Reads({
    view,
    clock,
    blocking,
    defaultPolicy,
    confirm: (withinMs) => catalog.caughtUp(withinMs),
    failed: (error) => face.failed(error, { headers: {}, rawHeaders: [] }),
  });
  const isLed = (): boolean => view.complete && view.staleSinceMs === null;
  const written = {
    view: catalog.view,
    registrar: audit.registrar(new CheckedRegistrar(registrar)),
    reached: (revision: number, withinMs: number) => catalog.reached(revision, withinMs),
    agents,
    clock,
  };
  const routes: readonly ConsulRoute[] = [
    ...statusRoutes({ members, isLed }),
    ...stubRoutes({ reads }),
    ...keys.routes(reads),
    ...consulWriteRoutes(written, options),
  ];
  const face: ConsulFace = new ConsulFace({ routes, blocking, isComplete: () => view.complete, defaultPolicy, log });
  return { face, keysPart: keys.part };
}

const nobody = { token: null, certificateNames: [], isLocal: false };
