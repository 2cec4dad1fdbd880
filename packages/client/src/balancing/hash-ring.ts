/**
 * A ring of points, many for each endpoint: a key belongs to whose point comes next. Who comes or goes takes or leaves the keys before
 * its own points, and no others.
 *
 * The ring is cut into arcs of the same length, each with a short list of its points in order. So a point is found, put or taken away
 * in a few steps, however many there are: a sorted row would be moved as a whole for each point.
 */
import type { Endpoint } from './endpoint.js';
import { hashOf, mixed } from './text-hash.js';

const NONE = -1;
/** So many points for an arc, on average: fewer cost memory, more cost steps. */
const POINTS_PER_ARC = 2;
const ARC_BITS_MIN = 4;
/** Another start gives a hash that has nothing to do with the first. */
const STEP_START = 0x5bd1e995;

export class HashRing {
  /** By slot; an endpoint's `place` is its slot. */
  readonly #owners: (Endpoint | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #arcBits = ARC_BITS_MIN;
  /** By arc: its first point. */
  #heads = new Int32Array(2 ** ARC_BITS_MIN).fill(NONE);
  /** By point. */
  #hashes = new Uint32Array(2 ** ARC_BITS_MIN);
  #slots = new Int32Array(2 ** ARC_BITS_MIN);
  #nexts = new Int32Array(2 ** ARC_BITS_MIN);
  /** The first point that is free; the others follow by `#nexts`. Those from `#pointsMade` on were never used. */
  #free = NONE;
  #pointsMade = 0;
  #length = 0;

  /** How many points there are. */
  get length(): number {
    return this.#length;
  }

  add(endpoint: Endpoint, points: number): void {
    const slot = this.#freeSlots.pop() ?? this.#owners.length;
    this.#owners[slot] = endpoint;
    endpoint.place = slot;
    this.addPoints(endpoint, 0, points);
  }

  /** With all its points, of which it has so many. */
  remove(endpoint: Endpoint, points: number): void {
    this.removePoints(endpoint, 0, points);
    this.#owners[endpoint.place] = undefined;
    this.#freeSlots.push(endpoint.place);
    endpoint.place = NONE;
  }

  /** Its points from the one number to before the other. Who has more points has those of who has fewer, and others. */
  addPoints(endpoint: Endpoint, from: number, to: number): void {
    const [start, step] = [hashOf(endpoint.id), hashOf(endpoint.id, STEP_START) | 1];
    for (let at = from; at < to; at++) this.#insert(mixed(start + Math.imul(at, step)), endpoint.place);
  }

  removePoints(endpoint: Endpoint, from: number, to: number): void {
    const [start, step] = [hashOf(endpoint.id), hashOf(endpoint.id, STEP_START) | 1];
    for (let at = from; at < to; at++) this.#delete(mixed(start + Math.imul(at, step)), endpoint.place);
  }

  /** The first point at this hash or after it; `NONE` only when there are none. */
  pointAt(hash: number): number {
    const arc = this.#arcOf(hash);
    let point = this.#heads[arc] as number;
    while (point !== NONE && (this.#hashes[point] as number) < hash) point = this.#nexts[point] as number;
    return point === NONE ? this.#firstAfter(arc) : point;
  }

  pointAfter(point: number): number {
    const next = this.#nexts[point] as number;
    return next === NONE ? this.#firstAfter(this.#arcOf(this.#hashes[point] as number)) : next;
  }

  ownerOf(point: number): Endpoint {
    return this.#owners[this.#slots[point] as number] as Endpoint;
  }

  #arcOf(hash: number): number {
    return hash >>> (32 - this.#arcBits);
  }

  /** The first point of the arcs after this one, around the ring. */
  #firstAfter(arc: number): number {
    if (this.#length === 0) return NONE;
    const heads = this.#heads;
    for (;;) {
      arc = arc + 1 < heads.length ? arc + 1 : 0;
      const head = heads[arc] as number;
      if (head !== NONE) return head;
    }
  }

  #insert(hash: number, slot: number): void {
    if (this.#length >= this.#heads.length * POINTS_PER_ARC) this.#spread();
    const point = this.#newPoint();
    this.#hashes[point] = hash;
    this.#slots[point] = slot;
    this.#link(point);
    this.#length++;
  }

  #delete(hash: number, slot: number): void {
    const arc = this.#arcOf(hash);
    let before = NONE;
    let point = this.#heads[arc] as number;
    while (point !== NONE && (this.#hashes[point] !== hash || this.#slots[point] !== slot)) {
      before = point;
      point = this.#nexts[point] as number;
    }
    if (point === NONE) return;
    const next = this.#nexts[point] as number;
    if (before === NONE) this.#heads[arc] = next;
    else this.#nexts[before] = next;
    this.#nexts[point] = this.#free;
    this.#free = point;
    this.#length--;
  }

  #newPoint(): number {
    const point = this.#free;
    if (point !== NONE) {
      this.#free = this.#nexts[point] as number;
      return point;
    }
    if (this.#pointsMade === this.#hashes.length) this.#grow();
    return this.#pointsMade++;
  }

  /** Into its arc, by hash; where two hashes are the same, by id, so that it does not matter who came first. */
  #link(point: number): void {
    const hash = this.#hashes[point] as number;
    const arc = this.#arcOf(hash);
    let before = NONE;
    let next = this.#heads[arc] as number;
    while (next !== NONE && ((this.#hashes[next] as number) < hash || (this.#hashes[next] === hash && this.#isEarlier(next, point)))) {
      before = next;
      next = this.#nexts[next] as number;
    }
    this.#nexts[point] = next;
    if (before === NONE) this.#heads[arc] = point;
    else this.#nexts[before] = point;
  }

  #isEarlier(a: number, b: number): boolean {
    return this.ownerOf(a).id < this.ownerOf(b).id;
  }

  /** Over twice as many arcs. */
  #spread(): void {
    const heads = this.#heads;
    this.#arcBits++;
    this.#heads = new Int32Array(2 ** this.#arcBits).fill(NONE);
    for (const head of heads) {
      for (let point = head; point !== NONE;) {
        const next = this.#nexts[point] as number;
        this.#link(point);
        point = next;
      }
    }
  }

  #grow(): void {
    const length = this.#hashes.length * 2;
    const [hashes, slots, nexts] = [new Uint32Array(length), new Int32Array(length), new Int32Array(length)];
    hashes.set(this.#hashes);
    slots.set(this.#slots);
    nexts.set(this.#nexts);
    [this.#hashes, this.#slots, this.#nexts] = [hashes, slots, nexts];
  }
}
