/** What the peer door counts. */
import type { Counter, Meter, Metric } from '@rollcall/core';
import { peerRoutes, type PeerRoute } from './handler.js';

type PeerOutcome = 'done' | 'refused' | 'failed';

export const peerDoorMetrics: Readonly<Record<'requests' | 'turnedAway', Metric>> = {
  requests: {
    name: 'rollcall_peer_requests_total',
    kind: 'counter',
    help: 'Requests of other nodes, by what they asked and by what became of them.',
    labels: { route: peerRoutes, outcome: ['done', 'refused', 'failed'] satisfies readonly PeerOutcome[] },
  },
  turnedAway: {
    name: 'rollcall_peer_handshakes_refused_total',
    kind: 'counter',
    help: 'Connections to the peer door that did not show the secret, or a certificate that is believed.',
  },
};

export interface PeerDoorMeters {
  readonly requests: (route: PeerRoute, outcome: PeerOutcome) => Counter;
  readonly turnedAway: Counter;
}

export function peerDoorMeters(meter: Meter): PeerDoorMeters {
  return {
    requests: (route, outcome) => meter.counter(peerDoorMetrics.requests, { route, outcome }),
    turnedAway: meter.counter(peerDoorMetrics.turnedAway),
  };
}
