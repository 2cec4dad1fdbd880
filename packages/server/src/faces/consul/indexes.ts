/**
 * Consul's index: one number that only grows, at which everything happened. It is the revision of the log, moved up by a fixed
 * amount: one, so that nothing ever stands at 0 or 1, which clients take for "never"; or much more where the log begins anew
 * with every start, so that whoever waits over a restart sees no index that is smaller than the one it has.
 */
export class Indexes {
  readonly #base: number;

  constructor(base: number) {
    this.#base = base;
  }

  of(revision: number): number {
    return revision + this.#base;
  }

  /** May be below every revision that there was. */
  revisionOf(index: number): number {
    return index - this.#base;
  }
}

/** Of a log that is still there after a restart. */
export const LASTING_BASE = 1;

/** More commits than a log makes in a millisecond, so that the indexes of the last life stay below those of this one. */
const REVISIONS_PER_MS = 1000;

/** Of a log that is forgotten at the end: exact in a double until the year 2255. */
export function passingBase(startedWallMs: number): number {
  return Math.floor(startedWallMs) * REVISIONS_PER_MS;
}
