/**
 * Stretches of keys of which the tables are known to hold none. Most instances have no verdict and no intent, so those that do are far apart
 * and what lies between them is asked for with every registration: to compare texts is cheaper than to search the tables.
 */

/** Few, because each of them is compared with. */
const GAPS_MAX = 8;

/** To look for the ends of a gap costs a few searches: one absent key in so many is worth it, and the wide gaps are met soon. */
const LOOK_EVERY = 16;

/** No key lies between the two. */
export interface Gap {
  /** The last key before it; empty if there is none. */
  readonly after: string;
  /** The first key behind it; `null` if there is none. */
  readonly before: string | null;
}

export class Gaps {
  /** Those that were of use lately stand in front. */
  readonly #gaps: Gap[] = [];
  #missed = 0;

  /** `true` only if there is no such key. */
  holds(key: string): boolean {
    for (let at = 0; at < this.#gaps.length; at++) {
      const gap = this.#gaps[at] as Gap;
      if (!isIn(gap, key)) continue;
      if (at > 0) [this.#gaps[at - 1], this.#gaps[at]] = [gap, this.#gaps[at - 1] as Gap];
      return true;
    }
    return false;
  }

  /** Called for each key that turned out to be absent. `look` finds the gap that it lies in. */
  missed(look: () => Gap): void {
    if (this.#missed++ % LOOK_EVERY !== 0) return;
    if (this.#gaps.length >= GAPS_MAX) this.#gaps.pop();
    this.#gaps.push(look());
  }

  /** Called before a key is written. */
  fill(key: string): void {
    for (let at = this.#gaps.length - 1; at >= 0; at--) if (isIn(this.#gaps[at] as Gap, key)) this.#gaps.splice(at, 1);
  }
}

function isIn({ after, before }: Gap, key: string): boolean {
  return key > after && (before === null || key < before);
}
