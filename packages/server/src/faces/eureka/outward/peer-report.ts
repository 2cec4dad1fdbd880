/** How it stands with one server that is told what happens here, for people. */
import type { Namespace } from '@rollcall/core';

export interface PeerReport {
  readonly server: string;
  readonly namespace: Namespace;
  /** `elsewhere`: another node of this cluster tells it. `unknown`: there was nothing to tell yet. */
  readonly state: 'hears' | 'silent' | 'unknown' | 'self' | 'elsewhere';
  /** Why it does not hear. */
  readonly reason: string | null;
  readonly troubleMs: number | null;
  readonly toldAgoMs: number | null;
  /** Instances that it is still to be told something of. */
  readonly waiting: number;
  /** Instances that it is told of by this node. */
  readonly instances: number;
  /** What it had is here. */
  readonly isTaken: boolean;
}
