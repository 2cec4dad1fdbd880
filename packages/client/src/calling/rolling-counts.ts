/** Two counts over the last while: what is older than the window is forgotten, a tenth of it at a time. */

const SLICES = 10;

export interface Counts {
  readonly all: number;
  readonly some: number;
}

/** Law: what was counted counts for at least nine tenths of the window, and for no longer than the window. */
export class RollingCounts {
  readonly #sliceMs: number;
  readonly #all = new Float64Array(SLICES);
  readonly #some = new Float64Array(SLICES);
  #sumAll = 0;
  #sumSome = 0;
  /** The number of the newest slice, counted from the beginning of time. */
  #slice = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number) {
    this.#sliceMs = windowMs / SLICES;
  }

  /** `some` of `all` that happened now. */
  add(nowMs: number, all: number, some: number): void {
    this.#turnTo(nowMs);
    const at = this.#slice % SLICES;
    this.#all[at] = (this.#all[at] ?? 0) + all;
    this.#some[at] = (this.#some[at] ?? 0) + some;
    this.#sumAll += all;
    this.#sumSome += some;
  }

  counts(nowMs: number): Counts {
    this.#turnTo(nowMs);
    return { all: this.#sumAll, some: this.#sumSome };
  }

  clear(): void {
    this.#all.fill(0);
    this.#some.fill(0);
    this.#sumAll = 0;
    this.#sumSome = 0;
  }

  #turnTo(nowMs: number): void {
    const slice = Math.floor(nowMs / this.#sliceMs);
    if (slice <= this.#slice) return;
    if (slice - this.#slice >= SLICES) this.clear();
    else for (let next = this.#slice + 1; next <= slice; next++) this.#forget(next % SLICES);
    this.#slice = slice;
  }

  #forget(at: number): void {
    this.#sumAll -= this.#all[at] ?? 0;
    this.#sumSome -= this.#some[at] ?? 0;
    this.#all[at] = 0;
    this.#some[at] = 0;
  }
}
