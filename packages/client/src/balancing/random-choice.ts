/** Anybody, as likely as its weight is large. It needs to know nothing of any call. */
import type { Random } from '../ports.js';
import type { Balancer } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { WeighedPlaces } from './weighed-places.js';

export class RandomChoice implements Balancer {
  readonly #places = new WeighedPlaces();
  readonly #random: Random;

  constructor(random: Random) {
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
    return this.#places.draw(this.#random);
  }
}
