/** In what order the records of an answer stand, and which ones where not all fit: drawn anew for every answer. */
import type { Random } from '@rollcall/core';

/** Beyond so many draws for each one wanted, the few that are left are drawn by another way. */
const DRAWS_PER_PLACE = 4;

export class Order {
  readonly #count: number;
  readonly #random: Random;
  readonly #places: Uint32Array;
  /** Sums of the weights up to each; `null` where all weigh the same. */
  readonly #sums: Float64Array | null;
  /** In which round each was last taken. */
  readonly #taken: Uint32Array | null;
  #round = 0;

  /** Weights are above 0; `null` for all the same. */
  constructor({ count, weights }: { readonly count: number; readonly weights: readonly number[] | null }, random: Random) {
    this.#count = count;
    this.#random = random;
    this.#places = new Uint32Array(count);
    for (let at = 0; at < count; at++) this.#places[at] = at;
    this.#sums = weights === null ? null : sumsOf(weights);
    this.#taken = weights === null ? null : new Uint32Array(count);
  }

  /**
   * The first `wanted` places of a random order, lent until the next call. With weights, each next one is drawn from those that are
   * left, by its weight.
   */
  first(wanted: number): Uint32Array {
    const places = Math.min(wanted, this.#count);
    if (this.#sums === null || this.#taken === null) this.#shuffle(places);
    else this.#draw(places, this.#sums, this.#taken);
    return this.#places;
  }

  /** From whatever order they are in, so nothing need be put back. */
  #shuffle(wanted: number): void {
    const places = this.#places;
    const last = Math.min(wanted, this.#count - 1);
    for (let at = 0; at < last; at++) {
      const other = at + Math.floor(this.#random.number() * (this.#count - at));
      const place = places[other] as number;
      places[other] = places[at] as number;
      places[at] = place;
    }
  }

  #draw(wanted: number, sums: Float64Array, taken: Uint32Array): void {
    const round = ++this.#round;
    const total = sums[this.#count - 1] as number;
    let found = 0;
    for (let draw = 0; found < wanted && draw < wanted * DRAWS_PER_PLACE; draw++) {
      const place = placeOf(sums, this.#random.number() * total);
      if (taken[place] === round) continue;
      taken[place] = round;
      this.#places[found++] = place;
    }
    if (found < wanted) this.#drawRest(found, wanted, sums, taken);
  }

  /** A few heavy ones are drawn again and again: the others get a key each, and the smallest come first (Efraimidis and Spirakis). */
  #drawRest(found: number, wanted: number, sums: Float64Array, taken: Uint32Array): void {
    const rest: { readonly place: number; readonly key: number }[] = [];
    for (let place = 0; place < this.#count; place++) {
      if (taken[place] === this.#round) continue;
      const weight = (sums[place] as number) - (place === 0 ? 0 : (sums[place - 1] as number));
      rest.push({ place, key: -Math.log(1 - this.#random.number()) / weight });
    }
    rest.sort((left, right) => left.key - right.key);
    for (let at = found; at < wanted; at++) this.#places[at] = (rest[at - found] as { place: number }).place;
  }
}

/** No draw: whoever is first is first in every answer. */
export class AsTheyAre implements Pick<Order, 'first'> {
  readonly #places: Uint32Array;

  constructor(count: number) {
    this.#places = new Uint32Array(count);
  }

  /** Whoever lent them may have exchanged some. */
  first(): Uint32Array {
    for (let at = 0; at < this.#places.length; at++) this.#places[at] = at;
    return this.#places;
  }
}

function sumsOf(weights: readonly number[]): Float64Array {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (const [at, weight] of weights.entries()) sums[at] = sum += weight;
  return sums;
}

/** The first place whose sum is above the number. */
function placeOf(sums: Float64Array, number: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
