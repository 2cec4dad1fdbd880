/** What a node says of itself when it is asked, put together from those who know. */
import { everything, ROLLCALL, type Caller, type CatalogView, type Clock, type Store } from '@rollcall/core';
import type { NodeReport } from './shared/node-report.js';
import { healthCounts, type ClusterStatus, type HealthCounts, type NodeStatus } from './shared/node-status.js';
import { storeStatusSoon } from './shared/store-status-soon.js';

export interface StatusSources {
  /** What it says of itself to other nodes, too. */
  readonly report: () => NodeReport;
  readonly store: Store;
  readonly view: CatalogView;
  readonly clock: Clock;
  /** How many instances there are; asked so, because counting them takes a while. */
  readonly instances: () => HealthCounts;
  /** Left out where there is only one node. */
  readonly cluster: ((report: NodeReport) => ClusterStatus) | null;
  /** Where each open door listens. */
  readonly doors: () => NodeStatus['doors'];
  readonly eurekaPeers: () => NonNullable<NodeStatus['eurekaPeers']>;
}

/** The registry itself asks. */
const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: '' };

/** To be called when the node starts. */
export function statusOf({ report, store, view, clock, instances, cluster, doors, eurekaPeers }: StatusSources): () => Promise<NodeStatus> {
  const startedMs = clock.monotonicMs();
  return async () => {
    const machines = [...view.allMachines(self)];
    const told = report();
    const peers = eurekaPeers();
    const { node, role, startedAtMs } = told;
    return {
      node,
      role,
      startedAtMs,
      startedMs,
      instances: instances(),
      machines: healthCounts((health) => machines.filter((one) => one.health === health).length),
      ...(cluster === null ? {} : { cluster: cluster(told) }),
      doors: doors(),
      ...(peers.length === 0 ? {} : { eurekaPeers: peers }),
      ...(await storeStatus(store, clock)),
    };
  };
}

/** Whoever looks at a store in trouble wants to know the rest all the more. */
async function storeStatus(store: Store, clock: Clock): Promise<Pick<NodeStatus, 'store'>> {
  try {
    const { epoch: _, ...known } = await storeStatusSoon(store, clock);
    return { store: known };
  } catch {
    return {};
  }
}
