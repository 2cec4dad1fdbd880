/**
 * Work that came all at once, done in batches: a few at the same time, the others in line, and a turn for
 * everybody else between full ones. When ten thousand lapse together, their verdicts share commits and syncs, and
 * still do not hold up the writes of those who are alive.
 */
export interface BatchQueueOptions {
  readonly itemsMax: number;
  /** Batches that run at the same time. */
  readonly atOnceMax: number;
  /** Deals with one batch. Never called with an item twice at once, as long as nobody pushes one twice. Must not throw. */
  readonly run: (items: readonly number[]) => Promise<void>;
  /** Settles when others have had their turn. */
  readonly turn: () => Promise<void>;
}

/** Items that are done are let go of in heaps, not one by one: moving a long line costs its length. */
const DONE_ITEMS_KEPT = 4096;

export class BatchQueue {
  readonly #options: BatchQueueOptions;
  #line: number[] = [];
  #at = 0;
  #closed = false;
  readonly #workers = new Set<Promise<void>>();

  constructor(options: BatchQueueOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#line.length - this.#at;
  }

  push(item: number): void {
    this.#line.push(item);
    if (this.#closed || this.#workers.size >= this.#options.atOnceMax) return;
    // One step later: whoever pushes many in a row fills batches, and not one each.
    const worker = Promise.resolve().then(() => this.#work());
    this.#workers.add(worker);
    void worker.then(() => this.#workers.delete(worker));
  }

  /** Begins nothing new, and settles when nothing is under way. What waits in line is forgotten. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    const { itemsMax, run, turn } = this.#options;
    for (let items = this.#next(); items.length > 0; items = this.#next()) {
      await run(items);
      if (items.length === itemsMax && this.waiting > 0 && !this.#closed) await turn();
    }
  }

  #next(): readonly number[] {
    if (this.#closed) return [];
    const items = this.#line.slice(this.#at, this.#at + this.#options.itemsMax);
    this.#at += items.length;
    if (this.#at < this.#line.length && this.#at < DONE_ITEMS_KEPT) return items;
    this.#line = this.#line.slice(this.#at);
    this.#at = 0;
    return items;
  }
}
