/**
 * Parts that can do nothing without the log. Where it is away at the start and the view begins with what was kept of it, they
 * start one after the other as soon as the log was read, and meanwhile everything else answers.
 */
import type { Part } from '../lifecycle.js';

export class BehindTheLog {
  #hasBeenRead = false;
  #isEnding = false;
  #turn: Promise<void>;
  readonly #failed: (error: Error) => void;

  /** `failed` is called if one cannot start when nobody waits for it any more. */
  constructor(read: Promise<void>, failed: (error: Error) => void) {
    this.#failed = failed;
    this.#turn = read.then(() => void (this.#hasBeenRead = true));
  }

  parts(parts: readonly Part[]): readonly Part[] {
    return parts.map((part) => this.#part(part));
  }

  #part({ start, drain, ...part }: Part): Part {
    return {
      ...part,
      start: async () => {
        const turn = this.#turn.then(() => (this.#isEnding ? undefined : start?.()));
        this.#turn = turn;
        // What follows when a promise is settled already follows within a turn.
        await Promise.resolve();
        if (this.#hasBeenRead) return turn;
        turn.catch((error: unknown) => {
          if (!this.#isEnding) this.#failed(error instanceof Error ? error : new Error(String(error)));
        });
      },
      drain: () => {
        this.#isEnding = true;
        return drain?.();
      },
    };
  }
}
