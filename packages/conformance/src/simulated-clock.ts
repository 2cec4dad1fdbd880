/** A clock that only moves when told to, so that a day of leases passes in a millisecond. */
import type { Clock } from '@rollcall/core';
import { turns } from './wait.js';

/** What `wallMs` begins with: a round date, so that what is printed can be read. */
const WALL_START_MS: number = Date.UTC(2030, 0, 1);

/** After each timer the loop turns so often, for what the callback set going. */
const TURNS_PER_TIMER = 3;

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export class SimulatedClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();
  readonly #settle: () => Promise<void>;

  /** `settle` waits until what a timer set going has happened; left out, it gives the event loop a few turns. */
  constructor(settle: () => Promise<void> = () => turns(TURNS_PER_TIMER)) {
    this.#settle = settle;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return WALL_START_MS + this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Time passes as it does: every timer is called when it is due, those that were set on the way too. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (let timer = this.#nextDue(endMs); timer !== undefined; timer = this.#nextDue(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      await this.#fire(timer);
    }
    this.#nowMs = endMs;
    await this.#settle();
  }

  /** The process was stopped for `ms`: on waking, all timers that came due in the meantime are late, and called at once. */
  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
    const wokenMs = this.#nowMs;
    for (let timer = this.#nextDue(wokenMs); timer !== undefined; timer = this.#nextDue(wokenMs)) await this.#fire(timer);
    await this.#settle();
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    timer.callback();
    await this.#settle();
  }

  /** The earliest timer due by `byMs`; of those due together, the one set first. */
  #nextDue(byMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= byMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
