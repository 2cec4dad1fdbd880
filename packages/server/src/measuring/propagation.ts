/**
 * How long a change takes from the commit to the faces that watch: joined from two sides, because a watch may tell of a
 * revision before the commit that made it is answered.
 */
import type { Histogram, Meter, Metric } from '@rollcall/core';

const propagationSeconds: Metric = {
  name: 'rollcall_change_propagation_seconds',
  kind: 'histogram',
  help: 'How long changes that were written through this node took from their commit until the faces were told.',
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
};

/** Halves that wait for the other one: those of other nodes' commits wait in vain, and are the first to be forgotten. */
const HALVES_MAX = 10_000;

export class Propagation {
  readonly #histogram: Histogram;
  /** By revision: when its commit began; when its watchers were told. Each revision is in one of them at most. */
  readonly #begunMs = new Map<number, number>();
  readonly #toldMs = new Map<number, number>();

  constructor(meter: Meter) {
    this.#histogram = meter.histogram(propagationSeconds);
  }

  committed(revision: number, begunMs: number): void {
    const toldMs = take(this.#toldMs, revision);
    if (toldMs === undefined) keep(this.#begunMs, revision, begunMs);
    else this.#took(toldMs - begunMs);
  }

  told(revision: number, toldMs: number): void {
    const begunMs = take(this.#begunMs, revision);
    if (begunMs === undefined) keep(this.#toldMs, revision, toldMs);
    else this.#took(toldMs - begunMs);
  }

  #took(ms: number): void {
    this.#histogram.observe(Math.max(0, ms) / 1000);
  }
}

function take(halves: Map<number, number>, revision: number): number | undefined {
  const half = halves.get(revision);
  if (half !== undefined) halves.delete(revision);
  return half;
}

function keep(halves: Map<number, number>, revision: number, half: number): void {
  halves.set(revision, half);
  if (halves.size <= HALVES_MAX) return;
  for (const oldest of halves.keys()) {
    halves.delete(oldest);
    return;
  }
}
