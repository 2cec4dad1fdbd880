/** What all who share a feed know of its other end: when it was last heard, and how old is what it tells. */
import type { Clock } from '../ports.js';

export class Contact {
  readonly #clock: Clock;
  #heardMs = -Infinity;
  /** As of when the registry's own view is; `null` while that is now. */
  #staleSinceMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As of when is what it told to all of them; `-Infinity` while each is told by itself. */
  get asOfMs(): number {
    return Math.min(this.#heardMs, this.#staleSinceMs ?? Infinity);
  }

  /** How old is what it tells at the moment; `0` while it follows its log. */
  get ageMs(): number {
    return this.#staleSinceMs === null ? 0 : this.#clock.monotonicMs() - this.#staleSinceMs;
  }

  /** Another connection, perhaps to another node. */
  begin(): void {
    this.#heardMs = -Infinity;
    this.#staleSinceMs = null;
  }

  heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
  }

  stale(ageSeconds: number): void {
    this.#staleSinceMs = ageSeconds > 0 ? this.#clock.monotonicMs() - ageSeconds * 1000 : null;
  }
}
