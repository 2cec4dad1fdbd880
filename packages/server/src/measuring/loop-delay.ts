/**
 * How late the event loop is. A timer that asks to be called every quarter of a second is called later than that by what everybody else
 * has to wait too.
 */
import type { Clock, Meter, Metric } from '@rollcall/core';

const SAMPLE_MS = 250;

/**
 * What was late in every one of so many samples is late because of a queue. What was late once is a pause, such as a
 * collection of garbage, and is over: nobody is helped by sending people away for it.
 */
const STANDING_SAMPLES = 4;

const loopDelay: Metric = {
  name: 'rollcall_event_loop_delay_seconds',
  kind: 'histogram',
  help: 'How late the event loop is, sampled four times a second.',
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
};

export class LoopDelay {
  readonly #clock: Clock;
  readonly #observe: (seconds: number) => void;
  readonly #samples: number[] = [];
  #standingMs = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, meter: Meter) {
    this.#clock = clock;
    const histogram = meter.histogram(loopDelay);
    this.#observe = (seconds) => histogram.observe(seconds);
  }

  /** The delay that was there all the time lately; a single pause is none. Every request asks for it. */
  get standingMs(): number {
    return this.#standingMs;
  }

  start(): void {
    const beganMs = this.#clock.monotonicMs();
    this.#cancel = this.#clock.after(SAMPLE_MS, () => {
      const lateMs = Math.max(0, this.#clock.monotonicMs() - beganMs - SAMPLE_MS);
      this.#observe(lateMs / 1000);
      this.#samples.push(lateMs);
      if (this.#samples.length > STANDING_SAMPLES) this.#samples.shift();
      this.#standingMs = this.#samples.length < STANDING_SAMPLES ? 0 : Math.min(...this.#samples);
      this.start();
    });
  }

  close(): void {
    this.#cancel?.();
  }
}
