/**
 * When waits are over. Tens of thousands of them end at times of their own, and nobody minds a moment: they share one timer, which
 * looks at those whose moment has come.
 */
import type { Clock } from '@rollcall/core';

/** How late a wait may end. */
const MOMENT_MS = 50;

export class Deadlines<Waiter> {
  readonly #clock: Clock;
  readonly #over: (waiter: Waiter) => void;
  readonly #moments = new Map<number, Set<Waiter>>();
  #next = Infinity;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, over: (waiter: Waiter) => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** The answer is what `remove` asks for. */
  add(waiter: Waiter, delayMs: number): number {
    const moment = Math.ceil((this.#clock.monotonicMs() + delayMs) / MOMENT_MS);
    const waiters = this.#moments.get(moment);
    if (waiters === undefined) this.#moments.set(moment, new Set([waiter]));
    else waiters.add(waiter);
    if (moment < this.#next) this.#arm(moment);
    return moment;
  }

  remove(waiter: Waiter, moment: number): void {
    const waiters = this.#moments.get(moment);
    if (waiters?.delete(waiter) !== true || waiters.size > 0) return;
    this.#moments.delete(moment);
    if (this.#moments.size === 0) this.#rest();
  }

  #rest(): void {
    this.#cancel();
    this.#cancel = () => undefined;
    this.#next = Infinity;
  }

  #arm(moment: number): void {
    this.#cancel();
    this.#next = moment;
    this.#cancel = this.#clock.after(Math.max(0, moment * MOMENT_MS - this.#clock.monotonicMs()), () => this.#look());
  }

  #look(): void {
    this.#rest();
    const now = Math.floor(this.#clock.monotonicMs() / MOMENT_MS);
    let next = Infinity;
    for (const [moment, waiters] of this.#moments) {
      if (moment > now) {
        next = Math.min(next, moment);
        continue;
      }
      this.#moments.delete(moment);
      for (const waiter of waiters) this.#over(waiter);
    }
    // Whoever was answered may be back already.
    if (next < this.#next) this.#arm(next);
  }
}
