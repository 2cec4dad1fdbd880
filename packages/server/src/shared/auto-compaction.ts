/**
 * Forgets old history by itself: what is older than an age, and what is further back than a number of
 * revisions, whichever comes first. Nothing that is current is ever forgotten, only how it came about.
 */
import type { Clock, Log } from '@rollcall/core';
import type { Medium } from './medium.js';

export interface HistoryLimits {
  readonly revisionsMax: number;
  readonly ageMaxMs: number;
}

/** Enough for any watcher to come back from a long night, at a few hundred bytes a revision. */
export const defaultHistory: HistoryLimits = { revisionsMax: 100_000, ageMaxMs: 24 * 60 * 60 * 1000 };

const ROUND_MS = 10_000;

export interface AutoCompactionOptions {
  readonly medium: Medium;
  readonly history: Partial<HistoryLimits>;
  readonly clock: Clock;
  readonly log: Log;
}

export class AutoCompaction {
  readonly #options: AutoCompactionOptions;
  readonly #limits: HistoryLimits;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(options: AutoCompactionOptions) {
    this.#options = options;
    this.#limits = { ...defaultHistory, ...options.history };
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancel = this.#options.clock.after(ROUND_MS, () => void this.#round().finally(() => this.#schedule()));
  }

  async #round(): Promise<void> {
    const { medium, clock, log } = this.#options;
    try {
      const byCount = medium.durable.revision - this.#limits.revisionsMax;
      const byAge = medium.revisionBefore(clock.wallMs() - this.#limits.ageMaxMs);
      const target = Math.max(byCount, byAge);
      if (target > medium.compactedRevision) await medium.compact(target);
    } catch (error) {
      log.warn('old history could not be forgotten; it is tried again', { reason: String(error) });
    }
  }
}
