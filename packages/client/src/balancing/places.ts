/** Endpoints in a dense row, so that one can be chosen by a number: whoever leaves is replaced by the last. */
import type { Endpoint } from './endpoint.js';

export class Places {
  readonly #endpoints: Endpoint[] = [];

  get length(): number {
    return this.#endpoints.length;
  }

  /** The place must be taken. */
  at(place: number): Endpoint {
    return this.#endpoints[place] as Endpoint;
  }

  /** Puts it at the end. */
  add(endpoint: Endpoint): void {
    endpoint.place = this.#endpoints.length;
    this.#endpoints.push(endpoint);
  }

  /** Answers the place that is another's now, or was the last. */
  remove(endpoint: Endpoint): number {
    const { place } = endpoint;
    const last = this.#endpoints.pop() as Endpoint;
    if (last !== endpoint) {
      this.#endpoints[place] = last;
      last.place = place;
    }
    endpoint.place = -1;
    return place;
  }
}
