/** The Consul face over the ledger: what its routes read and write, and what all of them share. */
import type { AccessControl, Meter, Metric } from '@rollcall/core';
import { Blocking } from '../faces/consul/blocking.js';
import { Indexes, LASTING_BASE, passingBase } from '../faces/consul/indexes.js';
import { Reads } from '../faces/consul/reads.js';
import type { ConsulRoute } from '../faces/consul/route.js';
import { ConsulFace } from '../faces/consul/server.js';
import { statusRoutes } from '../faces/consul/status.js';
import { stubRoutes } from '../faces/consul/stubs.js';
import type { ServeOptions } from '../options.js';
import type { Surroundings } from '../surroundings.js';
import type { ClusterNode } from './cluster.js';
import { consulMembers } from './consul-members.js';
import type { Ledger } from './ledger.js';

export interface ConsulSources extends Ledger {
  readonly access: AccessControl;
  readonly cluster: ClusterNode | null;
  readonly meter: Meter;
}

const blockingQueries: Metric = {
  name: 'rollcall_consul_blocking_queries',
  kind: 'gauge',
  help: 'Blocking queries of Consul’s API that wait.',
};

export function consulFace(sources: ConsulSources, options: ServeOptions, surroundings: Surroundings): ConsulFace {
  const { catalog, shown: view, access, cluster, meter } = sources;
  const { clock, random, log } = surroundings;
  const indexes = new Indexes(options.store === 'memory' ? passingBase(clock.wallMs()) : LASTING_BASE);
  const members = consulMembers(options, cluster);
  const blocking = new Blocking({ clock, random, waitersMax: options.connectionsMax, now: () => indexes.of(view.revision) });
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
  const routes: readonly ConsulRoute[] = [...statusRoutes({ members, isLed }), ...stubRoutes({ reads })];
  const face: ConsulFace = new ConsulFace({ routes, blocking, isComplete: () => view.complete, defaultPolicy, log });
  return face;
}

const nobody = { token: null, certificateNames: [], isLocal: false };
