/** What answers took on average, the last while. */
import { RollingCounts } from './rolling-counts.js';

export class LatencyAverage {
  readonly #counts: RollingCounts;

  constructor(windowMs: number) {
    this.#counts = new RollingCounts(windowMs);
  }

  add(nowMs: number, latencyMs: number): void {
    this.#counts.add(nowMs, 1, latencyMs);
  }

  /** `undefined` of fewer than `answersMin`. */
  average(nowMs: number, answersMin: number): number | undefined {
    const { all, some } = this.#counts.counts(nowMs);
    return all < answersMin ? undefined : some / all;
  }
}
