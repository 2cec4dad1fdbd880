/**
 * Those about whom something is to be written: in batches, a few at the same time, nobody in two of them. Who is still due when
 * his batch is through comes again; where the log would take nothing the whole line waits for a moment.
 */
import type { Clock } from '../ports/clock.js';
import { BATCH_MAX, BATCHES_AT_ONCE_MAX, RETRY_MS } from './pace.js';

export interface DueLineOptions {
  readonly clock: Clock;
  /** At most `BATCH_MAX` of them. Rejects where the log would not take it. */
  readonly write: (texts: readonly string[]) => Promise<void>;
  /** Whether there is still something to be written. */
  readonly isDue: (text: string) => boolean;
  readonly failed: (error: unknown, count: number) => void;
}

export class DueLine {
  readonly #options: DueLineOptions;
  readonly #due = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #workers = new Set<Promise<void>>();
  #cancelPause: (() => void) | null = null;
  #closed = false;

  constructor(options: DueLineOptions) {
    this.#options = options;
  }

  add(text: string): void {
    // Whoever is being written about is looked at again behind that.
    if (this.#busy.has(text)) return;
    this.#due.add(text);
    this.#go();
  }

  delete(text: string): void {
    this.#due.delete(text);
  }

  /** Begins nothing new, and settles when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPause?.();
    await Promise.all(this.#workers);
  }

  #go(): void {
    if (this.#isHeld || this.#due.size === 0 || this.#workers.size >= BATCHES_AT_ONCE_MAX) return;
    // One step later: what is found in one go shares a commit.
    const worker = Promise.resolve().then(() => this.#work());
    this.#workers.add(worker);
    void worker.then(() => this.#workers.delete(worker)).then(() => this.#go());
  }

  get #isHeld(): boolean {
    return this.#closed || this.#cancelPause !== null;
  }

  async #work(): Promise<void> {
    const { clock } = this.#options;
    for (let texts = this.#next(); texts.length > 0; texts = this.#next()) {
      await this.#writeOne(texts);
      if (!this.#isHeld && this.#due.size > 0) await new Promise<void>((turn) => void clock.after(0, turn));
    }
  }

  #next(): readonly string[] {
    const texts: string[] = [];
    if (this.#isHeld) return texts;
    for (const text of this.#due) {
      if (texts.push(text) === BATCH_MAX) break;
    }
    for (const text of texts) {
      this.#due.delete(text);
      this.#busy.add(text);
    }
    return texts;
  }

  async #writeOne(texts: readonly string[]): Promise<void> {
    const { write, isDue, failed, clock } = this.#options;
    try {
      await write(texts);
    } catch (error) {
      failed(error, texts.length);
      this.#cancelPause ??= clock.after(RETRY_MS, () => {
        this.#cancelPause = null;
        this.#go();
      });
    }
    // Who was overtaken still differs, and is written again when the view has what overtook it.
    for (const text of texts) {
      this.#busy.delete(text);
      if (isDue(text)) this.#due.add(text);
    }
  }
}
