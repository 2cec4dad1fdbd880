/** What is measured of telling other servers, all of them together. */
import type { Counter, Meter, Metric } from '@rollcall/core';
import { actions, type Action } from './wording.js';

export interface OutwardMeters {
  readonly told: Readonly<Record<Action, Counter>>;
  readonly refused: Counter;
  readonly dropped: Counter;
  readonly batches: Readonly<Record<'ok' | 'failed', Counter>>;
}

export interface OutwardGauges {
  /** Instances that some server is still to be told of. */
  readonly waiting: number;
  /** Servers that do not hear. */
  readonly silent: number;
  /** Since the server that heard longest ago did; 0 where all hear. */
  readonly ageMs: number;
}

const metrics = {
  told: {
    name: 'rollcall_eureka_peer_told_total',
    kind: 'counter',
    help: 'What other Eureka servers were told and took.',
    labels: { action: actions },
  },
  refused: { name: 'rollcall_eureka_peer_refused_total', kind: 'counter', help: 'What other Eureka servers were told and would not have.' },
  dropped: {
    name: 'rollcall_eureka_peer_dropped_total',
    kind: 'counter',
    help: 'What other Eureka servers were not told any more, because it had become too old, or was refused again and again.',
  },
  batches: {
    name: 'rollcall_eureka_peer_batches_total',
    kind: 'counter',
    help: 'Batches that were sent to other Eureka servers.',
    labels: { outcome: ['ok', 'failed'] },
  },
  waiting: {
    name: 'rollcall_eureka_peer_waiting',
    kind: 'gauge',
    help: 'Instances that other Eureka servers are still to be told something of, added up over the servers.',
  },
  silent: { name: 'rollcall_eureka_peer_silent', kind: 'gauge', help: 'Other Eureka servers that do not hear what they are told.' },
  age: {
    name: 'rollcall_eureka_peer_silent_seconds',
    kind: 'gauge',
    help: 'For how long the Eureka server that has not heard for longest has not.',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export function outwardMeters(meter: Meter, gauges: () => OutwardGauges): OutwardMeters {
  meter.gauge(metrics.waiting, () => gauges().waiting);
  meter.gauge(metrics.silent, () => gauges().silent);
  meter.gauge(metrics.age, () => gauges().ageMs / 1000);
  const told = Object.fromEntries(actions.map((action) => [action, meter.counter(metrics.told, { action })])) as Record<Action, Counter>;
  return {
    told,
    refused: meter.counter(metrics.refused),
    dropped: meter.counter(metrics.dropped),
    batches: {
      ok: meter.counter(metrics.batches, { outcome: 'ok' }),
      failed: meter.counter(metrics.batches, { outcome: 'failed' }),
    },
  };
}
