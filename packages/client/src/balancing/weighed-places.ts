/**
 * Endpoints in a dense row with their shares, so that one can be drawn by its share, in a time that grows with the logarithm of how
 * many there are; so do adding, removing and reweighing. The sums are a Fenwick tree: `sums[at]` has those of the `at & -at`
 * places that end there.
 */
import type { Random } from '../ports.js';
import type { Endpoint } from './endpoint.js';
import { Evenness } from './evenness.js';
import { Places } from './places.js';

const CAPACITY_MIN = 16;

export class WeighedPlaces {
  readonly #places = new Places();
  readonly #evenness = new Evenness();
  /** By place. */
  #shares = new Float64Array(CAPACITY_MIN);
  /** From 1 to the capacity, a power of two. */
  #sums = new Float64Array(CAPACITY_MIN + 1);
  #changes = 0;

  get length(): number {
    return this.#places.length;
  }

  /** All shares are alike. */
  get even(): boolean {
    return this.#evenness.even;
  }

  /** Of all shares. */
  get total(): number {
    return this.#sums[this.#shares.length] as number;
  }

  /** The place must be taken. */
  at(place: number): Endpoint {
    return this.#places.at(place);
  }

  add(endpoint: Endpoint): void {
    this.#places.add(endpoint);
    if (this.#places.length > this.#shares.length) this.#grow();
    this.#evenness.add(endpoint.share);
    this.#set(endpoint.place, endpoint.share);
  }

  remove(endpoint: Endpoint): void {
    const last = this.#places.length - 1;
    const lastShare = this.#shares[last] as number;
    this.#evenness.remove(this.#shares[endpoint.place] as number);
    const place = this.#places.remove(endpoint);
    if (place !== last) this.#set(place, lastShare);
    this.#set(last, 0);
  }

  reweigh({ place, share }: Endpoint): void {
    this.#evenness.remove(this.#shares[place] as number);
    this.#evenness.add(share);
    this.#set(place, share);
  }

  /** Somebody, each as likely as its share is large. Nobody only where nobody is. */
  draw(random: Random): Endpoint | undefined {
    const { length } = this.#places;
    if (length === 0) return undefined;
    return this.#places.at(this.even ? Math.floor(random.number() * length) : this.#placeAt(random.number() * this.total));
  }

  /** Where the shares before it sum up to at most `sum`, and with its own to more. */
  #placeAt(sum: number): number {
    const sums = this.#sums;
    let place = 0;
    for (let step = this.#shares.length; step > 0; step >>= 1) {
      const before = sums[place + step];
      if (before !== undefined && before <= sum) {
        place += step;
        sum -= before;
      }
    }
    // Sums of fractions are not exact to the last bit.
    return Math.min(place, this.#places.length - 1);
  }

  #set(place: number, share: number): void {
    const by = share - (this.#shares[place] as number);
    this.#shares[place] = share;
    for (let at = place + 1; at < this.#sums.length; at += at & -at) this.#sums[at] = (this.#sums[at] as number) + by;
    // What was lost in rounding is found again, before it could matter.
    if (++this.#changes > this.#shares.length) this.#sumUp();
  }

  #grow(): void {
    const shares = new Float64Array(this.#shares.length * 2);
    shares.set(this.#shares);
    this.#shares = shares;
    this.#sums = new Float64Array(shares.length + 1);
    this.#sumUp();
  }

  #sumUp(): void {
    this.#changes = 0;
    const [sums, shares] = [this.#sums, this.#shares];
    sums.fill(0);
    for (let at = 1; at < sums.length; at++) {
      sums[at] = (sums[at] as number) + (shares[at - 1] as number);
      const above = at + (at & -at);
      if (above < sums.length) sums[above] = (sums[above] as number) + (sums[at] as number);
    }
  }
}
