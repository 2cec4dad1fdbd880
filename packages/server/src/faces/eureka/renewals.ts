/** How many heartbeats came within the last whole minute: the figure that people of Eureka look at first. */
import type { Clock } from '@rollcall/core';

const MINUTE_MS = 60_000;

export class Renewals {
  readonly #clock: Clock;
  #minute = 0;
  #counting = 0;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#minute = this.#now();
  }

  /** Those that were heard, and nobody else's. */
  count(heartbeats = 1): void {
    this.#turn();
    this.#counting += heartbeats;
  }

  get lastMinute(): number {
    this.#turn();
    return this.#last;
  }

  #turn(): void {
    const now = this.#now();
    if (now === this.#minute) return;
    this.#last = now === this.#minute + 1 ? this.#counting : 0;
    this.#counting = 0;
    this.#minute = now;
  }

  #now(): number {
    return Math.floor(this.#clock.monotonicMs() / MINUTE_MS);
  }
}
