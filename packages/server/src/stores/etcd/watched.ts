/**
 * Which keys a store follows: one range or several, and one watch of etcd over all of them, with what lies between. Several watches
 * would have to be brought together: a quiet one does not say how far it is, and old etcds say it too early when they are
 * asked. One watch tells every revision once, whole and in order; what it tells of keys between the ranges is passed over. Pure.
 */
import { compareBytes, type Bytes, type KeyRange } from '@rollcall/core';

export class WatchedRanges {
  /** In order, and apart from each other. */
  readonly #ranges: readonly KeyRange[];

  constructor(ranges: readonly KeyRange[]) {
    if (ranges.length === 0) throw new Error('A store follows something.');
    this.#ranges = joined(ranges);
  }

  /** From the first key of all to the last. */
  get hull(): KeyRange {
    const [first, last] = [this.#ranges[0] as KeyRange, this.#ranges.at(-1) as KeyRange];
    return { from: first.from, to: last.to };
  }

  holds(key: Bytes): boolean {
    return this.#ranges.some(({ from, to }) => compareBytes(key, from) >= 0 && (to === null || compareBytes(key, to) < 0));
  }

  /**
   * Whether nothing of a range lies beside what is followed. The hull counts too: who watches just that is told of all that is followed,
   * and of nothing between.
   */
  covers({ from, to }: KeyRange): boolean {
    const { hull } = this;
    if (compareBytes(from, hull.from) === 0 && compareEnds(to, hull.to) === 0) return true;
    return this.#ranges.some((range) => compareBytes(from, range.from) >= 0 && compareEnds(to, range.to) <= 0);
  }
}

function joined(ranges: readonly KeyRange[]): readonly KeyRange[] {
  const found: KeyRange[] = [];
  for (const range of ranges.toSorted((one, other) => compareBytes(one.from, other.from))) {
    const last = found.at(-1);
    if (last === undefined || (last.to !== null && compareBytes(range.from, last.to) > 0)) found.push(range);
    else if (compareEnds(range.to, last.to) > 0) found[found.length - 1] = { from: last.from, to: range.to };
  }
  return found;
}

/** `null` ends behind all others. */
function compareEnds(one: Bytes | null, other: Bytes | null): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return compareBytes(one, other);
}
