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

/** Halves that wait for the other one: those of other nodes' commits, and of keys that no face shows, wait in vain, and are forgotten. */
const HALVES_MAX = 10_000;

export class Propagation {
  readonly #histogram: Histogram;
  /** By revision: when its commit began; when its watchers were told. Each revision is in one of them at most. */
  readonly #begunMs = new Halves();
  readonly #toldMs = new Halves();

  constructor(meter: Meter) {
    this.#histogram = meter.histogram(propagationSeconds);
  }

  committed(revision: number, begunMs: number): void {
    const toldMs = this.#toldMs.take(revision);
    if (toldMs === undefined) this.#begunMs.keep(revision, begunMs);
    else this.#took(toldMs - begunMs);
  }

  told(revision: number, toldMs: number): void {
    const begunMs = this.#begunMs.take(revision);
    if (begunMs === undefined) this.#toldMs.keep(revision, toldMs);
    else this.#took(toldMs - begunMs);
  }

  #took(ms: number): void {
    this.#histogram.observe(Math.max(0, ms) / 1000);
  }
}

/**
 * In two generations: to forget the oldest one by one would mean to pass over all who were there before it, for every commit of
 * which nobody is told.
 */
class Halves {
  #younger = new Map<number, number>();
  #older = new Map<number, number>();

  take(revision: number): number | undefined {
    const half = this.#younger.get(revision) ?? this.#older.get(revision);
    if (half !== undefined && !this.#younger.delete(revision)) this.#older.delete(revision);
    return half;
  }

  keep(revision: number, half: number): void {
    this.#younger.set(revision, half);
    if (this.#younger.size < HALVES_MAX / 2) return;
    this.#older = this.#younger;
    this.#younger = new Map();
  }
}
