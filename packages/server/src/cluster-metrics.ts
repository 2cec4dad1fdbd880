/** What only a node before an etcd cluster measures, gathered from beside the code that measures. */
import { membershipMetrics, selfCheckMetrics, type Metric } from '@rollcall/core';
import { peerMetrics } from './cluster/peer-meters.js';
import { peerDoorMetrics } from './doors/peer/meters.js';
import { etcdMetrics } from './stores/etcd/metrics.js';
import { viewSnapshotMetrics } from './view-snapshot/keeper.js';

export const clusterMetrics: readonly Metric[] = [
  ...Object.values(membershipMetrics),
  ...Object.values(peerMetrics),
  ...Object.values(peerDoorMetrics),
  ...Object.values(etcdMetrics),
  ...Object.values(selfCheckMetrics),
  ...viewSnapshotMetrics,
];
