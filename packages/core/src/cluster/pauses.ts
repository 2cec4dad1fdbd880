/** Waiting that is over at once when whoever waits is to end. */
import type { Clock } from '../ports/clock.js';

export class Pauses {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wait(ms: number): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        cancel();
        this.#waiting.delete(over);
        resolve();
      };
      const cancel = this.#clock.after(ms, over);
      this.#waiting.add(over);
    });
  }

  /** Nobody waits any more, now and later. */
  end(): void {
    this.#ended = true;
    for (const over of this.#waiting) over();
  }
}
