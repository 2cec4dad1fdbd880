/**
 * Keeps a projection equal to the log: reads everything under `/rollcall/` as of one revision, then watches
 * from the next. It goes on answering when the engine is away; when history is lost it reads anew.
 */
import { isRollcallError } from '../errors.js';
import type { CatalogView } from '../face.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Bytes, Change, Entry, RevisionBatch, Store, Watch } from '../ports/store.js';
import { changeBatch } from './feed.js';
import { catalogRange } from './keys.js';
import { Projection } from './projection.js';
import { Slots } from './slots.js';

export interface CatalogOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** Entries per read: large enough to be quick, small enough not to hold up the loop. */
const PAGE_ENTRIES = 1000;

/** Keys that one log line names. */
const TOLD_KEYS_MAX = 5;

/** Between two attempts to read a log that does not answer. */
const RELOAD_PAUSE_MS = 1000;

export class Catalog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #projection = new Projection();
  #slots = new Slots();
  #watch: Watch | null = null;
  #closed = false;
  #cancelPause: (() => void) | null = null;
  readonly #waiting = new Set<{ readonly revision: number; readonly reached: () => void }>();

  constructor({ store, clock, log }: CatalogOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  get view(): CatalogView {
    return this.#projection;
  }

  /** Records that are there but cannot be read. */
  get undecodable(): readonly string[] {
    return [...this.#slots.undecodable];
  }

  /** Settles when the view is complete. */
  async start(): Promise<void> {
    const { epoch } = await this.#store.status();
    const { revision, entries } = await this.#readAll();
    if (this.#closed) return;
    this.#slots = new Slots();
    this.#slots.take(entries.map((entry): Change => ({ type: 'put', entry, previous: null })));
    this.#projection.load({ epoch, revision, instances: this.#slots.instances() });
    this.#tellUndecodable(0);
    this.#settleWaiting();
    this.#watch = this.#store.watch(
      { range: catalogRange, fromRevision: revision + 1 },
      { next: (batch) => this.#take(batch), ended: (reason) => this.#ended(reason) },
    );
  }

  /** Settles with `true` once the view shows this revision, with `false` if it does not within the time. */
  reached(revision: number, withinMs: number): Promise<boolean> {
    if (this.#projection.revision >= revision) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (answer: boolean): void => {
        cancel();
        this.#waiting.delete(waiter);
        resolve(answer);
      };
      const waiter = { revision, reached: () => settle(true) };
      const cancel = this.#clock.after(withinMs, () => settle(false));
      this.#waiting.add(waiter);
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelPause?.();
    this.#watch?.cancel();
  }

  #take(batch: RevisionBatch): void {
    if (this.#closed) return;
    const known = this.#slots.undecodable.size;
    this.#projection.apply(changeBatch(batch.revision, this.#slots.take(batch.changes)));
    this.#tellUndecodable(known);
    this.#settleWaiting();
  }

  #settleWaiting(): void {
    for (const { revision, reached } of this.#waiting) if (revision <= this.#projection.revision) reached();
  }

  /** The whole range as of one revision, page by page. */
  async #readAll(): Promise<{ readonly revision: number; readonly entries: readonly Entry[] }> {
    const entries: Entry[] = [];
    let from: Bytes | null = catalogRange.from;
    let revision: number | undefined;
    while (from !== null) {
      const range = { from, to: catalogRange.to };
      const page = await this.#store.range({ range, limit: PAGE_ENTRIES, ...(revision === undefined ? {} : { revision }) });
      revision ??= page.revision;
      for (const entry of page.entries) entries.push(entry);
      from = page.more ? keyAfter(page.entries) : null;
    }
    return { revision: revision ?? 0, entries };
  }

  #ended(reason: Error | null): void {
    if (reason === null || this.#closed) return;
    this.#log.warn('the catalog lost its place in the log and reads it anew', { reason: reason.message });
    void this.#reload();
  }

  async #reload(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      if (this.#closed || isRollcallError(error, 'store-closed')) return;
      this.#log.error('the log cannot be read; the catalog answers from memory', { reason: String(error) });
      this.#cancelPause = this.#clock.after(RELOAD_PAUSE_MS, () => void this.#reload());
    }
  }

  #tellUndecodable(known: number): void {
    const count = this.#slots.undecodable.size;
    if (count <= known) return;
    this.#log.warn('records that cannot be read are left out of the catalog', { count, latest: this.undecodable.slice(-TOLD_KEYS_MAX) });
  }
}

/** The smallest key behind the last one. */
function keyAfter(entries: readonly Entry[]): Bytes | null {
  const last = entries.at(-1);
  if (last === undefined) return null;
  const next = new Uint8Array(last.key.length + 1);
  next.set(last.key);
  return next;
}
