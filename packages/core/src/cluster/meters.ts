/** What a node measures of its place among the others. */
import type { Metric } from '../ports/meter.js';

export const membershipMetrics: Readonly<Record<'nodes' | 'member' | 'lost', Metric>> = {
  nodes: { name: 'rollcall_cluster_nodes', kind: 'gauge', help: 'Nodes that are there, this one included, as it has them from the log.' },
  member: {
    name: 'rollcall_cluster_member',
    kind: 'gauge',
    help: 'Whether this node is a member: 1, or 0 for one that writes no verdict, and takes only heartbeats that all others are told.',
  },
  lost: {
    name: 'rollcall_memberships_lost_total',
    kind: 'counter',
    help: 'Times that this node lost its place without wanting to: etcd was away for too long, or the node itself.',
  },
};
