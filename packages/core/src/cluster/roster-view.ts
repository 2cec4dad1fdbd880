/** Who else is there: the nodes of the cluster, as the log has them. */
import type { NodeName } from './node-name.js';

export interface LiveNode {
  readonly name: NodeName;
  /** The revision that its membership began with: another one is another life of that node. */
  readonly createRevision: number;
  /** Where its peer door is, `host:port`; `null` for one without. */
  readonly peer: string | null;
  /** It stops soon: it has no duty any more, and may still know of heartbeats. */
  readonly leaving: boolean;
}

/** How the roster changed. A node that came back in the meantime is lost and joined. */
export interface RosterChange {
  readonly joined: readonly LiveNode[];
  /** Those that said goodbye: what they had heard was handed over before. */
  readonly left: readonly LiveNode[];
  /** Those that did not: what they had heard last is lost with them. */
  readonly lost: readonly LiveNode[];
}

export interface RosterView {
  /**
   * This node's own place as the log has it; `null` while it has none. A node that was away for too long may not have heard yet
   * that it lost its place: what it may write is not asked here but of its fences.
   */
  readonly self: LiveNode | null;
  /** All of them, this one too, in the order of their names: a new list whenever anything changed. */
  readonly nodes: readonly LiveNode[];
  /** The roster is as of this revision of the log: it misses nothing up to here. */
  readonly revision: number;
  /** The answer ends it. Also called where only `leaving` changed: then all three lists are empty. */
  follow(listener: (change: RosterChange) => void): () => void;
}
