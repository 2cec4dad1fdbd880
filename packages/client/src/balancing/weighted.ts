/**
 * In turn, as often as the weights have it, and as evenly: of weights 5, 1 and 1 not `aaaaabc`, but `aabaaca`. Each has an hour
 * at which its next call is due, and moves on by 1 / weight with each call; whose hour is next is chosen. (Earliest deadline first.)
 * A weight that changes counts from now on: what is left of the wait shrinks or grows with it.
 */
import type { Random } from '../ports.js';
import type { Balancer } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { EndpointHeap } from './endpoint-heap.js';

/** First hours are spread by the golden ratio: whoever comes falls into one of the largest gaps that are left. */
const GOLDEN = 0.618_033_988_749_895;

export class Weighted implements Balancer {
  readonly #heap = new EndpointHeap();
  #hour = 0;
  #phase: number;

  /** Many programs that start together should not all begin with the same one. */
  constructor(random: Random) {
    this.#phase = random.number();
  }

  add(endpoint: Endpoint): void {
    this.#phase = (this.#phase + GOLDEN) % 1;
    this.#heap.add(endpoint, this.#hour + this.#phase / endpoint.share, 0);
  }

  remove(endpoint: Endpoint): void {
    this.#heap.remove(endpoint);
  }

  reweigh(endpoint: Endpoint): void {
    const left = this.#heap.firstOf(endpoint) - this.#hour;
    const before = this.#heap.shareOf(endpoint);
    this.#heap.setShare(endpoint, endpoint.share);
    this.#heap.move(endpoint, this.#hour + (left * before) / endpoint.share, 0);
  }

  pick(): Endpoint | undefined {
    const endpoint = this.#heap.top;
    if (endpoint === undefined) return undefined;
    this.#hour = this.#heap.firstOf(endpoint);
    this.#heap.move(endpoint, this.#hour + 1 / endpoint.share, 0);
    return endpoint;
  }
}
