/**
 * How far nodes are from each other, in seconds there and back, as their coordinates have it: a place in a space without a meaning
 * (Vivaldi's), a height above it for the way to the next router, and a correction of what that gets wrong.
 */
import { byteText } from '../keyspace/keys.js';
import type { CoordinateRecord } from '../keyspace/records.js';

/** What nodes said of where they stand. */
export interface Told {
  readonly coordinates: () => ReadonlyMap<string, CoordinateRecord>;
  /** It is another number whenever any of them is another one. */
  readonly moved: () => number;
}

export class Distances {
  readonly #told: Told;

  constructor(told: Told) {
    this.#told = told;
  }

  get moved(): number {
    return this.#told.moved();
  }

  /** The way from this node to another; `Infinity` where either said nothing that can be compared. `null` where this one did not. */
  from(node: string): ((other: string) => number) | null {
    const here = this.#of(node);
    if (here === undefined) return null;
    return (other) => {
      const there = this.#of(other);
      return there === undefined ? Infinity : roundTrip(here, there);
    };
  }

  #of(node: string): CoordinateRecord | undefined {
    return this.#told.coordinates().get(byteText(node));
  }
}

type Coordinate = Pick<CoordinateRecord, 'vec' | 'height' | 'adjustment'>;

/** The law: it is the same both ways, and never below 0; the correction counts only while it leaves something. */
export function roundTrip(one: Coordinate, other: Coordinate): number {
  if (one.vec.length !== other.vec.length) return Infinity;
  const squares = one.vec.reduce((sum, at, axis) => sum + (at - (other.vec[axis] as number)) ** 2, 0);
  const plain = Math.sqrt(squares) + (one.height + other.height);
  const corrected = plain + (one.adjustment + other.adjustment);
  return corrected > 0 ? corrected : Math.max(plain, 0);
}
