/** What a node says of itself, for whoever asks through whatever face. */
import { healths, type Health, type StoreStatus } from '@rollcall/core';
import type { DutyCounts, NodeRole } from './node-report.js';

/** How many there are, in all and by health. */
export type HealthCounts = Readonly<Record<Health | 'total', number>>;

export interface NodeStatus {
  /** Its name. */
  readonly node: string;
  readonly role: NodeRole;
  /** Wall clock, and the same moment on the monotonic one. */
  readonly startedAtMs: number;
  readonly startedMs: number;
  readonly instances: HealthCounts;
  readonly machines: HealthCounts;
  /** Where each open door listens. */
  readonly doors: Readonly<Record<string, string>>;
  /** Left out where there is only one node. */
  readonly cluster?: ClusterStatus;
  /** Left out while the store does not say how it is. */
  readonly store?: Omit<StoreStatus, 'epoch'>;
}

export interface ClusterStatus {
  /** The others count on this node. */
  readonly member: boolean;
  /** How many are alive, as the log says; and how many of them stop soon. */
  readonly nodes: number;
  readonly leaving: number;
  readonly duty: DutyCounts;
}

export function healthCounts(of: (health: Health) => number): HealthCounts {
  const counts = Object.fromEntries(healths.map((health) => [health, of(health)])) as Record<Health, number>;
  return { total: healths.reduce((sum, health) => sum + counts[health], 0), ...counts };
}
