/**
 * Endpoints in the order of a number that each has, of which only the first is asked for. A binary heap: whoever is first, comes, goes
 * or gets another number costs a few steps. The numbers lie in typed arrays, which are quick to compare.
 */
import type { Endpoint } from './endpoint.js';

const CAPACITY_MIN = 16;

export class EndpointHeap {
  readonly #endpoints: Endpoint[] = [];
  #firsts = new Float64Array(CAPACITY_MIN);
  #seconds = new Float64Array(CAPACITY_MIN);
  #shares = new Float64Array(CAPACITY_MIN);

  get length(): number {
    return this.#endpoints.length;
  }

  /** Whose number is the least. */
  get top(): Endpoint | undefined {
    return this.#endpoints[0];
  }

  firstOf({ place }: Endpoint): number {
    return this.#firsts[place] as number;
  }

  /** As it was when it was last given here. */
  shareOf({ place }: Endpoint): number {
    return this.#shares[place] as number;
  }

  setShare({ place }: Endpoint, share: number): void {
    this.#shares[place] = share;
  }

  /** In the order of `first`; of those alike, in the order of `second`. */
  add(endpoint: Endpoint, first: number, second: number): void {
    const place = this.#endpoints.length;
    if (place === this.#firsts.length) this.#grow();
    this.#endpoints.push(endpoint);
    this.#put(place, endpoint, first, second, endpoint.share);
    this.#up(place);
  }

  remove(endpoint: Endpoint): void {
    const { place } = endpoint;
    const last = this.#endpoints.length - 1;
    const [first, second, share] = [this.#firsts[last] as number, this.#seconds[last] as number, this.#shares[last] as number];
    const moved = this.#endpoints.pop() as Endpoint;
    endpoint.place = -1;
    if (moved === endpoint) return;
    this.#put(place, moved, first, second, share);
    this.#down(place);
    this.#up(moved.place);
  }

  /** Gives it other numbers. */
  move(endpoint: Endpoint, first: number, second: number): void {
    const { place } = endpoint;
    const later = first > (this.#firsts[place] as number) || (first === this.#firsts[place] && second > (this.#seconds[place] as number));
    this.#firsts[place] = first;
    this.#seconds[place] = second;
    if (later) this.#down(place);
    else this.#up(place);
  }

  /** Gives everybody other numbers. */
  renumber(numbersOf: (endpoint: Endpoint) => readonly [first: number, second: number]): void {
    this.#endpoints.forEach((endpoint, place) => {
      [this.#firsts[place], this.#seconds[place]] = numbersOf(endpoint);
    });
    for (let place = (this.#endpoints.length >> 1) - 1; place >= 0; place--) this.#down(place);
  }

  #up(start: number): void {
    const [firsts, seconds, shares, endpoints] = [this.#firsts, this.#seconds, this.#shares, this.#endpoints];
    const [first, second, share] = [firsts[start] as number, seconds[start] as number, shares[start] as number];
    const endpoint = endpoints[start] as Endpoint;
    let place = start;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const its = firsts[above] as number;
      if (its < first || (its === first && (seconds[above] as number) <= second)) break;
      this.#put(place, endpoints[above] as Endpoint, its, seconds[above] as number, shares[above] as number);
      place = above;
    }
    if (place !== start) this.#put(place, endpoint, first, second, share);
  }

  #down(start: number): void {
    const [firsts, seconds, shares, endpoints] = [this.#firsts, this.#seconds, this.#shares, this.#endpoints];
    const [first, second, share] = [firsts[start] as number, seconds[start] as number, shares[start] as number];
    const endpoint = endpoints[start] as Endpoint;
    const { length } = endpoints;
    let place = start;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= length) break;
      let its = firsts[below] as number;
      const other = below + 1;
      if (other < length) {
        const others = firsts[other] as number;
        if (others < its || (others === its && (seconds[other] as number) < (seconds[below] as number))) {
          below = other;
          its = others;
        }
      }
      if (first < its || (first === its && second <= (seconds[below] as number))) break;
      this.#put(place, endpoints[below] as Endpoint, its, seconds[below] as number, shares[below] as number);
      place = below;
    }
    if (place !== start) this.#put(place, endpoint, first, second, share);
  }

  #put(place: number, endpoint: Endpoint, first: number, second: number, share: number): void {
    this.#endpoints[place] = endpoint;
    endpoint.place = place;
    this.#firsts[place] = first;
    this.#seconds[place] = second;
    this.#shares[place] = share;
  }

  #grow(): void {
    [this.#firsts, this.#seconds, this.#shares] = [doubled(this.#firsts), doubled(this.#seconds), doubled(this.#shares)];
  }
}

function doubled(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const twice = new Float64Array(numbers.length * 2);
  twice.set(numbers);
  return twice;
}
