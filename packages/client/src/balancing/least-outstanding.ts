/**
 * Who has the fewest calls that have not ended; of several, who was chosen longest ago. Exact, and no guess of two.
 *
 * Where weights differ, "fewest" alone would be unjust to the light or to the heavy. Then it is the weighted turn (`weighted.ts`) with
 * weights that shrink with the calls: weight / (outstanding + 1), as Envoy has it.
 */
import type { Balancer } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { EndpointHeap } from './endpoint-heap.js';
import { Evenness } from './evenness.js';

export class LeastOutstanding implements Balancer {
  /** Even: by outstanding calls, then by turn. Otherwise by the hour at which the next call is due. */
  readonly #heap = new EndpointHeap();
  readonly #evenness = new Evenness();
  #even = true;
  #turn = 0;
  #hour = 0;

  add(endpoint: Endpoint): void {
    this.#evenness.add(endpoint.share);
    if (this.#even) this.#heap.add(endpoint, endpoint.outstanding, 0);
    else this.#heap.add(endpoint, this.#hour + waitOf(endpoint), 0);
    this.#settle();
  }

  remove(endpoint: Endpoint): void {
    this.#evenness.remove(this.#heap.shareOf(endpoint));
    this.#heap.remove(endpoint);
    this.#settle();
  }

  reweigh(endpoint: Endpoint): void {
    const before = this.#heap.shareOf(endpoint);
    this.#evenness.remove(before);
    this.#evenness.add(endpoint.share);
    this.#heap.setShare(endpoint, endpoint.share);
    if (!this.#even) {
      const left = this.#heap.firstOf(endpoint) - this.#hour;
      this.#heap.move(endpoint, this.#hour + (left * before) / endpoint.share, 0);
    }
    this.#settle();
  }

  loaded(endpoint: Endpoint): void {
    if (this.#even) this.#heap.move(endpoint, endpoint.outstanding, this.#turn);
  }

  pick(): Endpoint | undefined {
    const endpoint = this.#heap.top;
    if (endpoint === undefined) return undefined;
    if (this.#even) {
      this.#heap.move(endpoint, this.#heap.firstOf(endpoint), ++this.#turn);
    } else {
      this.#hour = this.#heap.firstOf(endpoint);
      this.#heap.move(endpoint, this.#hour + waitOf(endpoint), 0);
    }
    return endpoint;
  }

  /** Everybody gets numbers of the other kind. */
  #settle(): void {
    const { even } = this.#evenness;
    if (even === this.#even) return;
    this.#even = even;
    let place = 0;
    const { length } = this.#heap;
    this.#heap.renumber((endpoint) =>
      even ? [endpoint.outstanding, ++this.#turn] : [this.#hour + (waitOf(endpoint) * place++) / length, 0],
    );
  }
}

function waitOf({ outstanding, share }: Endpoint): number {
  return (outstanding + 1) / share;
}
