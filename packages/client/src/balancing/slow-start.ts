/**
 * Slow start: whoever joins later than the others begins with a small share, which grows over a window, so that caches warm up and
 * compilers compile before the crowd comes. The formula is Envoy's:
 *
 *     warmth = max(least, (time since it joined / window) ^ (1 / aggression))
 */
import type { Endpoint } from './endpoint.js';

export interface SlowStartOptions {
  /** How long until an endpoint has its full share. 30 s if left out. */
  readonly windowMs?: number;
  /** The share that it begins with, above 0 and up to 1. 0.1 if left out. */
  readonly least?: number;
  /** 1, as it is if left out: the share grows evenly. More: faster at first. */
  readonly aggression?: number;
}

export interface SlowStart {
  readonly windowMs: number;
  readonly least: number;
  readonly aggression: number;
}

export const usualSlowStart: SlowStart = { windowMs: 30_000, least: 0.1, aggression: 1 };

/** Shares move in so many steps: finer than anybody could tell from chance. */
const STEPS = 100;

/** How much of its share an endpoint has that joined so long ago. */
export function warmthAfter(agoMs: number, { windowMs, least, aggression }: SlowStart): number {
  if (agoMs >= windowMs) return 1;
  return Math.max(least, (Math.max(agoMs, 1) / windowMs) ** (1 / aggression));
}

/** Those who are in their window. Work is done for them alone, and only as often as a share moves by a step. */
export class Warming {
  readonly #rule: SlowStart;
  readonly #warmed: (endpoint: Endpoint) => void;
  readonly #joinedMs = new Map<Endpoint, number>();
  #nextStepMs = Infinity;

  /** `warmed` is told after each change of a `warmth`. */
  constructor(rule: SlowStart, warmed: (endpoint: Endpoint) => void) {
    this.#rule = rule;
    this.#warmed = warmed;
  }

  get size(): number {
    return this.#joinedMs.size;
  }

  add(endpoint: Endpoint, nowMs: number): void {
    endpoint.warmth = warmthAfter(0, this.#rule);
    this.#joinedMs.set(endpoint, nowMs);
    this.#nextStepMs = Math.min(this.#nextStepMs, nowMs + this.#rule.windowMs / STEPS);
  }

  delete(endpoint: Endpoint): void {
    this.#joinedMs.delete(endpoint);
  }

  /** Brings every `warmth` up to date, if it is time. */
  advance(nowMs: number): void {
    if (nowMs < this.#nextStepMs) return;
    for (const [endpoint, joinedMs] of this.#joinedMs) {
      endpoint.warmth = warmthAfter(nowMs - joinedMs, this.#rule);
      if (endpoint.warmth === 1) this.#joinedMs.delete(endpoint);
      this.#warmed(endpoint);
    }
    this.#nextStepMs = this.#joinedMs.size === 0 ? Infinity : nowMs + this.#rule.windowMs / STEPS;
  }

  /** Nobody is there who could carry the load meanwhile: everybody has their full share at once. */
  finish(): void {
    for (const endpoint of this.#joinedMs.keys()) {
      endpoint.warmth = 1;
      this.#warmed(endpoint);
    }
    this.#joinedMs.clear();
    this.#nextStepMs = Infinity;
  }
}
