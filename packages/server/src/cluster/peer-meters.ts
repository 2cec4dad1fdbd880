/** What a node counts of what it asks the others. */
import type { Counter, Histogram, Meter, Metric } from '@rollcall/core';

/** What one node asks of another: to take beats, for ages, to look for itself, whether it is there, a registrar's call, what it says of itself. */
const peerErrands = ['hand', 'ask', 'look', 'ping', 'call', 'report'] as const;

export type PeerErrand = (typeof peerErrands)[number];

type Name = 'calls' | 'seconds' | 'handed' | 'dropped' | 'asked' | 'letters' | 'reached';

export const peerMetrics: Readonly<Record<Name, Metric>> = {
  calls: {
    name: 'rollcall_peer_calls_total',
    kind: 'counter',
    help: 'What was asked of other nodes, by what became of it.',
    labels: { errand: peerErrands, outcome: ['done', 'failed'] },
  },
  seconds: {
    name: 'rollcall_peer_call_seconds',
    kind: 'histogram',
    help: 'How long other nodes took to answer; what failed is not counted.',
    labels: { errand: peerErrands },
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  handed: { name: 'rollcall_peer_beats_handed_total', kind: 'counter', help: 'Heartbeats that were handed to the node on duty.' },
  dropped: {
    name: 'rollcall_peer_beats_dropped_total',
    kind: 'counter',
    help: 'Heartbeats that were not handed over in time. No fault: whoever would say a lapse asks before.',
  },
  asked: { name: 'rollcall_peer_ages_asked_total', kind: 'counter', help: 'Attendants whose last heartbeat another node was asked for.' },
  letters: {
    name: 'rollcall_peer_letters_total',
    kind: 'counter',
    help: 'Questions that were put through the log, because the node could not be reached otherwise.',
    labels: { outcome: ['answered', 'failed'] },
  },
  reached: { name: 'rollcall_peers_reached', kind: 'gauge', help: 'Other live nodes that answer, of those with a peer door.' },
};

interface ErrandMeters {
  readonly done: Counter;
  readonly failed: Counter;
  readonly seconds: Histogram;
}

export interface PeerMeters {
  readonly errands: Readonly<Record<PeerErrand, ErrandMeters>>;
  readonly handed: Counter;
  readonly dropped: Counter;
  readonly asked: Counter;
  readonly letterAnswered: Counter;
  readonly letterFailed: Counter;
}

export function peerMeters(meter: Meter): PeerMeters {
  const { calls, seconds, handed, dropped, asked, letters } = peerMetrics;
  const of = (errand: PeerErrand): ErrandMeters => ({
    done: meter.counter(calls, { errand, outcome: 'done' }),
    failed: meter.counter(calls, { errand, outcome: 'failed' }),
    seconds: meter.histogram(seconds, { errand }),
  });
  return {
    errands: { hand: of('hand'), ask: of('ask'), look: of('look'), ping: of('ping'), call: of('call'), report: of('report') },
    handed: meter.counter(handed),
    dropped: meter.counter(dropped),
    asked: meter.counter(asked),
    letterAnswered: meter.counter(letters, { outcome: 'answered' }),
    letterFailed: meter.counter(letters, { outcome: 'failed' }),
  };
}
