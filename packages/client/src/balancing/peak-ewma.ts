/**
 * Two by chance, of whom the one is called that would answer sooner: what calls take there lately, times the calls that it has
 * (`latency.ts`). Two choices suffice to keep away from whoever is slow, and chance keeps many callers from running to the same one.
 *
 * Weights count twice, each time once: who is looked at is drawn by weight, and with double the weight a call that is there counts half.
 */
import type { Clock, Random } from '../ports.js';
import type { Balancer } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { loadOf } from './latency.js';
import { WeighedPlaces } from './weighed-places.js';

export class PeakEwma implements Balancer {
  readonly #places = new WeighedPlaces();
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  add(endpoint: Endpoint): void {
    this.#places.add(endpoint);
  }

  remove(endpoint: Endpoint): void {
    this.#places.remove(endpoint);
  }

  reweigh(endpoint: Endpoint): void {
    this.#places.reweigh(endpoint);
  }

  pick(): Endpoint | undefined {
    const places = this.#places;
    const { length } = places;
    if (length < 2) return length === 0 ? undefined : places.at(0);
    return places.even ? this.#ofEqual(length) : this.#ofWeighed(length);
  }

  /** Two different ones. */
  #ofEqual(length: number): Endpoint {
    const one = Math.floor(this.#random.number() * length);
    const step = 1 + Math.floor(this.#random.number() * (length - 1));
    const other = one + step < length ? one + step : one + step - length;
    const [a, b] = [this.#places.at(one), this.#places.at(other)];
    const nowMs = this.#clock.monotonicMs();
    return loadOf(a, nowMs, 1) <= loadOf(b, nowMs, 1) ? a : b;
  }

  /** May be the same one twice: of two, the heavier would otherwise be compared every time, and its weight would not count. */
  #ofWeighed(length: number): Endpoint {
    const a = this.#places.draw(this.#random) as Endpoint;
    const b = this.#places.draw(this.#random) as Endpoint;
    if (a === b) return a;
    const nowMs = this.#clock.monotonicMs();
    const mean = this.#places.total / length;
    return loadOf(a, nowMs, a.share / mean) <= loadOf(b, nowMs, b.share / mean) ? a : b;
  }
}
