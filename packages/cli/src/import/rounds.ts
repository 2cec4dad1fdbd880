/**
 * Reading all of many lists again and again, where there are too many to wait for each of them: when something rang, and otherwise
 * now and then. What takes long is done the more seldom.
 */
import type { Clock } from '@rollcall/client';

export interface RoundsOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Reads all of it. Throws where that cannot be done now. */
  readonly read: () => Promise<void>;
}

/** After each millisecond of reading comes so much rest. */
const REST_PER_READ = 4;
const REST_MIN_MS = 1000;

/** What rings for nobody is found then. */
const REPEAT_MS = 60_000;

export class Rounds {
  readonly #options: RoundsOptions;
  #isRung = true;
  #wake: () => void = () => undefined;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Something moved. */
  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /** Until the signal. */
  async run(): Promise<void> {
    const { clock, signal, read } = this.#options;
    const end = (): void => this.#wake();
    signal.addEventListener('abort', end);
    while (!signal.aborted) {
      const beganMs = clock.monotonicMs();
      this.#isRung = false;
      const isRead = await read().then(
        () => true,
        () => false,
      );
      // Who fell silent is asked again as soon as he may answer.
      if (!isRead) this.#isRung = true;
      await this.#pause(Math.max(REST_MIN_MS, (clock.monotonicMs() - beganMs) * REST_PER_READ), false);
      if (!this.#isRung) await this.#pause(REPEAT_MS, true);
    }
    signal.removeEventListener('abort', end);
  }

  async #pause(ms: number, untilRung: boolean): Promise<void> {
    const { clock, signal } = this.#options;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(ms, resolve);
      this.#wake = () => {
        if (!untilRung && !signal.aborted) return;
        cancel();
        resolve();
      };
      if (signal.aborted) this.#wake();
    });
  }
}
