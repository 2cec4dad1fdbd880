/** Each in turn, whatever its weight. One in slow start lets some of its turns pass. */
import type { Random } from '../ports.js';
import type { Balancer } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { Places } from './places.js';

export class RoundRobin implements Balancer {
  readonly #places = new Places();
  readonly #random: Random;
  /** -1: nobody was chosen yet. */
  #next = -1;

  constructor(random: Random) {
    this.#random = random;
  }

  add(endpoint: Endpoint): void {
    this.#places.add(endpoint);
  }

  remove(endpoint: Endpoint): void {
    this.#places.remove(endpoint);
  }

  reweigh(): void {
    // Turns know no weight; `warmth` is looked at when it is somebody's turn.
  }

  pick(): Endpoint | undefined {
    const { length } = this.#places;
    // Many programs that start together should not all begin with the same one.
    if (this.#next < 0) this.#next = Math.floor(this.#random.number() * length);
    for (let left = length; left > 0; left--) {
      const place = this.#next < length ? this.#next : 0;
      this.#next = place + 1;
      const endpoint = this.#places.at(place);
      // Once round, somebody has to take it.
      if (endpoint.warmth === 1 || left === 1 || this.#random.number() < endpoint.warmth) return endpoint;
    }
    return undefined;
  }
}
