/** A bag of numbers: each at most once, taken out at random, or by name. All in constant time. */
import type { Random } from '../ports/random.js';

export class RandomBag {
  readonly #random: Random;
  readonly #items: number[] = [];
  readonly #at = new Map<number, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#items.length;
  }

  has(item: number): boolean {
    return this.#at.has(item);
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.#at.keys();
  }

  add(item: number): void {
    if (this.#at.has(item)) return;
    this.#at.set(item, this.#items.length);
    this.#items.push(item);
  }

  delete(item: number): void {
    const at = this.#at.get(item);
    const last = this.#items.pop();
    if (at === undefined || last === undefined) {
      if (last !== undefined) this.#items.push(last);
      return;
    }
    this.#at.delete(item);
    if (last === item) return;
    this.#items[at] = last;
    this.#at.set(last, at);
  }

  /** Out of the bag, so many at most. */
  take(count: number): readonly number[] {
    const taken: number[] = [];
    while (taken.length < count && this.#items.length > 0) {
      const item = this.#items[Math.floor(this.#random.number() * this.#items.length)] as number;
      this.delete(item);
      taken.push(item);
    }
    return taken;
  }
}
