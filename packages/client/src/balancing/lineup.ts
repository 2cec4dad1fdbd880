/**
 * Who of a pool may be chosen now: not who is ejected, unless too many are; and not who has no weight, unless nobody has any.
 * Hands exactly those to the balancer, and does work only for those with whom something changes.
 */
import type { Balancer } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { isPanic, type PanicRule } from './panic.js';

export class Lineup {
  readonly #balancer: Balancer;
  readonly #panicRule: PanicRule;
  readonly #listed = new Set<Endpoint>();
  readonly #ejected = new Set<Endpoint>();
  readonly #weightless = new Set<Endpoint>();
  #weighed = 0;
  #panic = false;
  /** Nobody has any weight: then all count alike. */
  #allWeightless = true;
  #nextReturnMs = Infinity;

  constructor(balancer: Balancer, panicRule: PanicRule) {
    this.#balancer = balancer;
    this.#panicRule = panicRule;
  }

  get panic(): boolean {
    return this.#panic;
  }

  /** How many the balancer chooses from. */
  get listed(): number {
    return this.#listed.size;
  }

  get ejected(): number {
    return this.#ejected.size;
  }

  isListed(endpoint: Endpoint): boolean {
    return this.#listed.has(endpoint);
  }

  /** It has weight, or nobody has. */
  isWanted({ instance }: Endpoint): boolean {
    return instance.weight > 0 || this.#allWeightless;
  }

  /** After some of `add`, `remove` and `change`: `settle`. */
  add(endpoint: Endpoint): void {
    if (endpoint.instance.weight > 0) this.#weighed++;
    else this.#weightless.add(endpoint);
    this.ejectionChanged(endpoint);
  }

  remove(endpoint: Endpoint): void {
    if (!this.#weightless.delete(endpoint)) this.#weighed--;
    this.#ejected.delete(endpoint);
    if (this.#listed.delete(endpoint)) this.#balancer.remove(endpoint);
  }

  /** Its weight or its warmth is another one. */
  reweigh(endpoint: Endpoint): void {
    const { weight } = endpoint.instance;
    if (weight > 0 && this.#weightless.delete(endpoint)) this.#weighed++;
    else if (weight === 0 && !this.#weightless.has(endpoint)) {
      this.#weightless.add(endpoint);
      this.#weighed--;
    }
    this.#place(endpoint);
  }

  ejectionChanged(endpoint: Endpoint): void {
    const until = endpoint.ejectedUntil;
    if (until === undefined) this.#ejected.delete(endpoint);
    else {
      this.#ejected.add(endpoint);
      this.#nextReturnMs = Math.min(this.#nextReturnMs, until);
    }
    this.#place(endpoint);
  }

  /** Takes back whose time has come; the endpoint itself tells `ejectionChanged`. */
  advance(nowMs: number): void {
    if (nowMs < this.#nextReturnMs) return;
    this.#nextReturnMs = Infinity;
    for (const endpoint of this.#ejected) {
      const until = endpoint.ejectedUntil ?? 0;
      if (until <= nowMs) endpoint.ejectedUntil = undefined;
      else this.#nextReturnMs = Math.min(this.#nextReturnMs, until);
    }
  }

  /** Judges the whole: whether weights count, and whether there is panic. Answers whether panic began or ended. */
  settle(): boolean {
    const allWeightless = this.#weighed === 0;
    if (allWeightless !== this.#allWeightless) {
      this.#allWeightless = allWeightless;
      for (const endpoint of this.#weightless) this.#place(endpoint);
    }
    const panic = isPanic(this.#candidates(), this.#ejectedCandidates(), this.#panicRule);
    if (panic === this.#panic) return false;
    this.#panic = panic;
    for (const endpoint of this.#ejected) this.#place(endpoint);
    return true;
  }

  #candidates(): number {
    return this.#allWeightless ? this.#weightless.size : this.#weighed;
  }

  #ejectedCandidates(): number {
    if (this.#allWeightless || this.#weightless.size === 0) return this.#ejected.size;
    let ejected = 0;
    for (const endpoint of this.#ejected) if (!this.#weightless.has(endpoint)) ejected++;
    return ejected;
  }

  /** To the balancer, or away from it, or with another share. */
  #place(endpoint: Endpoint): void {
    const { instance, warmth, ejectedUntil } = endpoint;
    const may = this.isWanted(endpoint) && (ejectedUntil === undefined || this.#panic);
    const share = Math.max(instance.weight, this.#allWeightless ? 1 : 0) * warmth;
    if (!may) {
      if (this.#listed.delete(endpoint)) this.#balancer.remove(endpoint);
    } else if (!this.#listed.has(endpoint)) {
      this.#listed.add(endpoint);
      endpoint.share = share;
      this.#balancer.add(endpoint);
    } else if (share !== endpoint.share) {
      endpoint.share = share;
      this.#balancer.reweigh(endpoint);
    }
  }
}
