/** Whether the peer door may open where it is bound to: who comes in there is believed everything. */
import { isLoopback } from '@rollcall/core';
import type { PeerPaths } from '../../shared/peer-trust.js';

export interface PeerExposure extends PeerPaths {
  readonly bind: string;
  readonly advertise: object | null;
  /** Not everybody may do everything: somebody shows a token or a certificate. */
  readonly hasAccessControl: boolean;
}

/** Sentences that say what keeps the door from opening; empty if nothing does. */
export function peerObjections(exposure: PeerExposure): readonly string[] {
  const { bind, advertise } = exposure;
  const nowhere = `--bind ${bind} does not say where the other nodes find this one: give --advertise HOST[:PORT].`;
  const objections = [trustObjection(exposure), advertise === null && isAnyAddress(bind) ? nowhere : null];
  return objections.filter((objection) => objection !== null);
}

function trustObjection({ bind, hasAccessControl, peerSecretFile, peerCert, peerKey, peerCa }: PeerExposure): string | null {
  const given = [peerCert, peerKey, peerCa].filter((path) => path !== null).length;
  if (given > 0 && peerSecretFile !== null) return 'Nodes know each other by --peer-secret-file or by --peer-cert, not by both: give one.';
  if (given > 0) return given === 3 ? null : '--peer-cert, --peer-key and --peer-ca go together: give all three.';
  if (peerSecretFile !== null) return null;
  if (!isLoopback(bind)) {
    return `--bind ${bind} opens the peer door to other machines, and nodes would not know each other. ${TWO_WAYS}`;
  }
  return hasAccessControl ? `Every program on this machine could get round the access control by the peer door. ${TWO_WAYS}` : null;
}

const TWO_WAYS =
  'There are two ways: --peer-secret-file FILE (the same on all nodes; `openssl rand -hex 32` makes one), ' +
  'or --peer-cert, --peer-key and --peer-ca.';

function isAnyAddress(bind: string): boolean {
  return /^(?:0\.0\.0\.0|[0:]+)$/.test(bind);
}
