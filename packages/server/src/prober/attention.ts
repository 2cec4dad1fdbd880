/**
 * Time as far as this thread was there to see it. A thread that was starved of its processor finds that the time of every probe is over
 * before it has looked at a single answer: they lie in its sockets. So what it missed does not count as anybody's silence.
 */
import { AttendedTime, type Clock } from '@rollcall/core';

/** A gap of three of them is more than lateness. */
const TICK_MS = 50;

export class Attention {
  readonly #clock: Clock;
  readonly #time: AttendedTime;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#time = new AttendedTime(TICK_MS, clock.monotonicMs());
    this.#tick();
  }

  /** Calls when so much has passed while somebody was here. The answer cancels it. */
  after(ms: number, over: () => void): () => void {
    const untilMs = this.#now() + ms;
    let cancel: () => void = () => undefined;
    const arm = (leftMs: number): void => {
      cancel = this.#clock.after(leftMs, () => {
        const stillMs = Math.ceil(untilMs - this.#now());
        if (stillMs > 0) arm(stillMs);
        else over();
      });
    };
    arm(ms);
    return () => cancel();
  }

  #now(): number {
    return this.#time.now(this.#clock.monotonicMs());
  }

  #tick(): void {
    this.#time.tick(this.#clock.monotonicMs());
    this.#clock.after(TICK_MS, () => this.#tick());
  }
}
