/**
 * What one node knows of an instance beyond what every view shows: when it was last heard here, and what its probes found. Both
 * are numbers in memory that no log holds; so on a cluster the node on duty knows them first hand, and another one what it heard itself.
 */
import type { Instance } from '../catalog/instance.js';
import type { NodeName } from '../cluster/node-name.js';
import type { ProbeReport } from '../probing/prober.js';

/** Of an instance, or of a machine. */
export interface Knowledge {
  /** Whether this node looks after it. */
  readonly isOurs: boolean;
  /** Who does; `null` for a node that has no others, and where nobody does at the moment. */
  readonly onDuty: NodeName | null;
  /**
   * By heartbeat checks: how long ago they were heard. A registration counts as heard, and so does what has to be granted after a start
   * or a take-over, when nobody could be heard. `null` for never.
   */
  readonly heardAgesMs: ReadonlyMap<string, number | null>;
  /** By checks: those that are probed here. */
  readonly probes: ReadonlyMap<string, ProbeReport>;
}

export interface Insight extends Knowledge {
  /** Of the machine that it names; `null` for none. Another node may look after that. */
  readonly machine: Knowledge | null;
}

/** Settles within a moment, and never rejects. */
export type AskInsight = (instance: Instance) => Promise<Insight>;
