/** How long answers take, as percentiles: counted in steps of a tenth, the last while only. */

/** Below this, faster is no faster. */
const FIRST_MS = 0.1;
const STEP = 1.1;
/** Up to more than ten minutes. */
const STEPS = 165;
const LOG_STEP: number = Math.log(STEP);

/** Fewer answers than these say nothing of the slowest twentieth. */
const ANSWERS_MIN = 20;

/** Law: a percentile is at most a tenth above the true one of the answers it regards, and never below. */
export class LatencySpread {
  readonly #halfMs: number;
  #now = new Uint32Array(STEPS);
  #before = new Uint32Array(STEPS);
  #nowCount = 0;
  #beforeCount = 0;
  #half = Number.NEGATIVE_INFINITY;

  /** Regards the answers of the last half to whole window. */
  constructor(windowMs = 60_000) {
    this.#halfMs = windowMs / 2;
  }

  add(nowMs: number, latencyMs: number): void {
    this.#turnTo(nowMs);
    const at = latencyMs <= FIRST_MS ? 0 : Math.min(STEPS - 1, Math.ceil(Math.log(latencyMs / FIRST_MS) / LOG_STEP));
    this.#now[at] = (this.#now[at] ?? 0) + 1;
    this.#nowCount++;
  }

  /** `undefined` while too few were heard. */
  percentile(nowMs: number, share: number): number | undefined {
    this.#turnTo(nowMs);
    const count = this.#nowCount + this.#beforeCount;
    if (count < ANSWERS_MIN) return undefined;
    let left = Math.max(1, Math.ceil(count * share));
    for (let at = 0; at < STEPS; at++) {
      left -= (this.#now[at] ?? 0) + (this.#before[at] ?? 0);
      if (left <= 0) return FIRST_MS * STEP ** at;
    }
    return FIRST_MS * STEP ** STEPS;
  }

  #turnTo(nowMs: number): void {
    const half = Math.floor(nowMs / this.#halfMs);
    if (half <= this.#half) return;
    const isNext = half === this.#half + 1;
    [this.#now, this.#before] = [this.#before, this.#now];
    this.#beforeCount = isNext ? this.#nowCount : 0;
    if (!isNext) this.#before.fill(0);
    this.#now.fill(0);
    this.#nowCount = 0;
    this.#half = half;
  }
}
