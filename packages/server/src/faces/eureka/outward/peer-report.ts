/** How it stands with one server that is told what happens here, for people. */
import type { Namespace } from '@rollcall/core';
import type { EurekaPeerStatus } from '../../../shared/node-status.js';

export interface PeerReport {
  readonly server: string;
  readonly namespace: Namespace;
  readonly state: EurekaPeerStatus['state'];
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

/** The same, as far as a node says it of itself. */
export function peerStatus({ server, namespace, state, reason, waiting }: PeerReport): EurekaPeerStatus {
  return { server, namespace, state, ...(reason === null ? {} : { reason }), waiting };
}
