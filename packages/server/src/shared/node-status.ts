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
  /** Left out where there are none. */
  readonly eurekaPeers?: readonly EurekaPeerStatus[];
  /** Left out while the store does not say how it is. */
  readonly store?: Omit<StoreStatus, 'epoch'>;
}

/** A Eureka server that is told what happens here. */
export interface EurekaPeerStatus {
  readonly server: string;
  readonly namespace: string;
  /** `elsewhere`: another node of this cluster tells it. `unknown`: there was nothing to tell yet. */
  readonly state: 'hears' | 'silent' | 'unknown' | 'self' | 'elsewhere';
  /** Why it does not hear; left out where it does. */
  readonly reason?: string;
  /** Instances that it is still to be told something of. */
  readonly waiting: number;
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
