/** The latest changes, for those who come back after a short while. */
import type { ChangeBatch } from './feed.js';

/** Minutes of ordinary churn, a few megabytes at most. */
const REMEMBERED_CHANGES_MAX = 8192;

export class RecentChanges {
  #batches: ChangeBatch[] = [];
  #changes = 0;
  /** Every revision after this one is remembered. */
  #from: number;

  constructor(from: number) {
    this.#from = from;
  }

  add(batch: ChangeBatch): void {
    this.#batches.push(batch);
    this.#changes += weightOf(batch);
    if (this.#changes <= REMEMBERED_CHANGES_MAX) return;
    // Half at once: what is forgotten one by one is moved in memory every time.
    const forgotten = this.#batches.splice(0, Math.ceil(this.#batches.length / 2));
    for (const one of forgotten) this.#changes -= weightOf(one);
    this.#from = forgotten.at(-1)?.revision ?? this.#from;
  }

  /** `null` if that is no longer remembered. */
  after(revision: number): readonly ChangeBatch[] | null {
    if (revision < this.#from) return null;
    let [low, high] = [0, this.#batches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#batches[middle] as ChangeBatch).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#batches.slice(low);
  }
}

function weightOf({ changes, services, machines }: ChangeBatch): number {
  return changes.length + services.length + machines.length;
}
