/**
 * The same key to the same endpoint, in every program, as long as it is there; when somebody comes or goes, only the keys that must
 * move do. Nobody is drowned by a popular key: who has more calls than its share of all, and some, passes what comes to the next on the
 * ring (bounded loads). A retry that excludes the first goes to the same second, for the same key.
 */
import type { Random } from '../ports.js';
import type { Balancer, PickContext } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { HashRing } from './hash-ring.js';
import { hashOf } from './text-hash.js';

export interface ConsistentHashOptions {
  /** Nobody has more than so many times its share of the calls. 1.25 if left out; `Infinity`: without a bound. */
  readonly loadFactor?: number;
  /** So many calls at once are nobody's burden, whatever the share is. 8 if left out. */
  readonly outstandingMin?: number;
}

/** For the heaviest. With 100 the shares of the keys differ by about a tenth. */
const POINTS = 100;
/** A weight is at most 65,535. */
const CLASSES = 17;
/** Whoever has not found anybody by then takes the first that was not excluded. */
const STEPS_MAX = 1000;

export class ConsistentHash implements Balancer {
  readonly #ring = new HashRing();
  readonly #random: Random;
  readonly #loadFactor: number;
  readonly #outstandingMin: number;
  /** Of each endpoint as the ring knows it. */
  readonly #weights = new Map<Endpoint, number>();
  /** How many have a weight up to 2^0, 2^1, …, and more than the one before. */
  readonly #classes = new Int32Array(CLASSES);
  /** The least power of two that no weight exceeds: who has it has all points. It moves keys when it changes, and seldom does. */
  #unit = 1;
  #totalWeight = 0;
  #outstanding = 0;

  constructor(random: Random, { loadFactor = 1.25, outstandingMin = 8 }: ConsistentHashOptions = {}) {
    if (!(loadFactor > 1)) throw new RangeError(`loadFactor is ${loadFactor}; above 1 is possible`);
    this.#random = random;
    this.#loadFactor = loadFactor;
    this.#outstandingMin = outstandingMin;
  }

  add(endpoint: Endpoint): void {
    const weight = weightOf(endpoint);
    this.#outstanding += endpoint.outstanding;
    this.#count(weight, 1);
    this.#settleUnit();
    this.#weights.set(endpoint, weight);
    this.#ring.add(endpoint, this.#pointsOf(weight));
  }

  remove(endpoint: Endpoint): void {
    const weight = this.#weights.get(endpoint) as number;
    this.#outstanding -= endpoint.outstanding;
    this.#weights.delete(endpoint);
    this.#ring.remove(endpoint, this.#pointsOf(weight));
    this.#count(weight, -1);
    this.#settleUnit();
  }

  /** Slow start does not move keys: they would come back anyway. */
  reweigh(endpoint: Endpoint): void {
    const [before, weight] = [this.#weights.get(endpoint) as number, weightOf(endpoint)];
    if (weight === before) return;
    this.#setPoints(endpoint, this.#pointsOf(before), this.#pointsOf(weight));
    this.#weights.set(endpoint, weight);
    this.#count(before, -1);
    this.#count(weight, 1);
    this.#settleUnit();
  }

  loaded(_endpoint: Endpoint, by: 1 | -1): void {
    this.#outstanding += by;
  }

  pick({ key, exclude }: PickContext): Endpoint | undefined {
    const ring = this.#ring;
    if (ring.length === 0) return undefined;
    let point = ring.pointAt(key === undefined ? Math.floor(this.#random.number() * 2 ** 32) : hashOf(key));
    let first: Endpoint | undefined;
    for (let steps = Math.min(ring.length, STEPS_MAX); steps > 0; steps--) {
      const endpoint = ring.ownerOf(point);
      if (exclude === undefined || !exclude.has(endpoint)) {
        if (endpoint.outstanding < this.#boundOf(endpoint)) return endpoint;
        first ??= endpoint;
      }
      point = ring.pointAfter(point);
    }
    return first;
  }

  /** How many calls it may have, this one included. */
  #boundOf(endpoint: Endpoint): number {
    const calls = this.#loadFactor * (this.#outstanding + 1);
    return Math.max(this.#outstandingMin, Math.ceil((calls * weightOf(endpoint)) / this.#totalWeight));
  }

  #pointsOf(weight: number): number {
    return Math.max(1, Math.round((POINTS * weight) / this.#unit));
  }

  #setPoints(endpoint: Endpoint, before: number, points: number): void {
    if (points > before) this.#ring.addPoints(endpoint, before, points);
    else this.#ring.removePoints(endpoint, points, before);
  }

  #count(weight: number, by: 1 | -1): void {
    const its = classOf(weight);
    this.#classes[its] = (this.#classes[its] as number) + by;
    this.#totalWeight += weight * by;
  }

  #settleUnit(): void {
    const unit =
      2 **
      Math.max(
        0,
        this.#classes.findLastIndex((count) => count > 0),
      );
    if (unit === this.#unit) return;
    const before = [...this.#weights].map(([endpoint, weight]) => ({ endpoint, weight, points: this.#pointsOf(weight) }));
    this.#unit = unit;
    for (const { endpoint, weight, points } of before) this.#setPoints(endpoint, points, this.#pointsOf(weight));
  }
}

function classOf(weight: number): number {
  return Math.min(CLASSES - 1, Math.ceil(Math.log2(weight)));
}

/** Without the slow start. */
function weightOf({ share, warmth }: Endpoint): number {
  return Math.round(share / warmth);
}
