/** What attendance counts, described once: the page that documents the metrics follows from the same words. */
import { acts, type Act } from './judgement.js';
import type { Counter, Histogram, Meter, Metric } from '../ports/meter.js';

type Name =
  | 'beats'
  | 'verdicts'
  | 'failures'
  | 'handed'
  | 'asked'
  | 'averted'
  | 'slept'
  | 'tickLag'
  | 'attendants'
  | 'waiting'
  | 'held'
  | 'budget';

export const attendanceMetrics: Readonly<Record<Name, Metric>> = {
  beats: { name: 'rollcall_heartbeats_total', kind: 'counter', help: 'Heartbeats that were heard, each instance of a bulk one counted.' },
  verdicts: {
    name: 'rollcall_verdicts_total',
    kind: 'counter',
    help: 'Verdicts of attendance that the log took.',
    labels: { verdict: acts },
  },
  failures: {
    name: 'rollcall_verdict_batches_failed_total',
    kind: 'counter',
    help: 'Batches of verdicts that the log would not take; they are tried again.',
  },
  handed: {
    name: 'rollcall_heartbeats_handed_over_total',
    kind: 'counter',
    help: 'Heartbeats that were heard here and handed to another node, which looks after those instances.',
  },
  asked: {
    name: 'rollcall_lapses_asked_total',
    kind: 'counter',
    help: 'Heartbeat checks and machines not heard in time, about whom all other nodes were asked before they lapse.',
  },
  averted: {
    name: 'rollcall_lapses_averted_total',
    kind: 'counter',
    help: 'Those of them that another node had heard, so that they did not lapse.',
  },
  slept: {
    name: 'rollcall_slept_seconds_total',
    kind: 'counter',
    help: 'How long this node was away itself; every deadline was extended by it.',
  },
  tickLag: {
    name: 'rollcall_tick_lag_seconds',
    kind: 'histogram',
    help: 'How much later than planned attendance had its turn. Steady lag moves no deadline.',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  },
  attendants: { name: 'rollcall_attendants', kind: 'gauge', help: 'Heartbeat checks that this node listens for.' },
  waiting: {
    name: 'rollcall_verdicts_waiting',
    kind: 'gauge',
    help: 'Verdicts that wait to be written, departures that are held included.',
  },
  held: { name: 'rollcall_held_instances', kind: 'gauge', help: 'Instances that should have departed and wait because of the guard.' },
  budget: {
    name: 'rollcall_guard_budget_left',
    kind: 'gauge',
    help: 'How many may still depart by lapse or failed probes in this window.',
  },
};

export interface AttendanceMeters {
  readonly beats: Counter;
  readonly verdicts: Readonly<Record<Act, Counter>>;
  readonly failures: Counter;
  readonly handed: Counter;
  readonly asked: Counter;
  readonly averted: Counter;
  readonly slept: Counter;
  readonly tickLag: Histogram;
}

/** What is read when somebody looks. */
export interface AttendanceGauges {
  readonly attendants: () => number;
  readonly waiting: () => number;
  readonly held: () => number;
  readonly budget: () => number;
}

export function attendanceMeters(meter: Meter): AttendanceMeters {
  const { beats, verdicts, failures, handed, asked, averted, slept, tickLag } = attendanceMetrics;
  const verdict = (verdict: Act): Counter => meter.counter(verdicts, { verdict });
  return {
    beats: meter.counter(beats),
    verdicts: {
      lapse: verdict('lapse'),
      recovery: verdict('recovery'),
      finding: verdict('finding'),
      departure: verdict('departure'),
      hold: verdict('hold'),
    },
    failures: meter.counter(failures),
    handed: meter.counter(handed),
    asked: meter.counter(asked),
    averted: meter.counter(averted),
    slept: meter.counter(slept),
    tickLag: meter.histogram(tickLag),
  };
}

export function showGauges(meter: Meter, gauges: AttendanceGauges): void {
  for (const name of ['attendants', 'waiting', 'held', 'budget'] as const) meter.gauge(attendanceMetrics[name], gauges[name]);
}
