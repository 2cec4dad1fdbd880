/**
 * Feeds a view from the log: reads everything under `/rollcall/` as of one revision, page by page, then watches from the
 * next. When its place is lost it reads anew. Any number of readers may stand at one log, one for each view.
 */
import { isRollcallError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Bytes, Entry, KeyRange, RevisionBatch, Store, Watch } from '../ports/store.js';
import { encodedChange, encodedEntry, type EncodedSink } from './encoded.js';
import { catalogRange, kindRange } from './keys.js';

export interface LogReaderOptions {
  readonly store: Store;
  readonly sink: EncodedSink;
  readonly clock: Clock;
  readonly log: Log;
}

/** Entries per read: large enough to be quick, small enough not to hold up the loop. */
const PAGE_ENTRIES = 1000;

/** Between two attempts to read a log that does not answer. */
const RELOAD_PAUSE_MS = 1000;

export class LogReader {
  readonly #options: LogReaderOptions;
  #watch: Watch | null = null;
  #closed = false;
  #cancelPause: (() => void) | null = null;

  constructor(options: LogReaderOptions) {
    this.#options = options;
  }

  /** Everything up to here was handed over. */
  get position(): number {
    return this.#watch?.position ?? 0;
  }

  /** Settles when the sink has everything, and is fed from then on. */
  async start(): Promise<void> {
    const { store, sink } = this.#options;
    const { epoch } = await store.status();
    const revision = await this.#readAll(epoch).catch((error: unknown) => this.#readAgain(epoch, error));
    if (this.#closed) return;
    sink.finish();
    sink.stale(null);
    this.#watch = store.watch(
      { range: catalogRange, fromRevision: revision + 1 },
      { next: (batch) => this.#take(batch), ended: (reason) => this.#ended(reason) },
    );
  }

  close(): void {
    this.#closed = true;
    this.#cancelPause?.();
    this.#watch?.cancel();
  }

  #take({ revision, changes }: RevisionBatch): void {
    if (!this.#closed) this.#options.sink.apply({ revision, records: changes.map(encodedChange) });
  }

  /** Whoever reads while others write a lot may find that what it reads was compacted meanwhile. */
  async #readAgain(epoch: string, error: unknown): Promise<number> {
    if (this.#closed || !isRollcallError(error, 'revision-compacted')) throw error;
    return this.#readAll(epoch);
  }

  /** Answers the revision that it was read as of. */
  async #readAll(epoch: string): Promise<number> {
    const { store, sink } = this.#options;
    const { revision } = await store.range({ range: catalogRange, limit: 0 });
    sink.begin({ epoch, revision });
    for (const range of ranges) await this.#readRange(range, revision);
    return revision;
  }

  async #readRange({ from, to }: KeyRange, revision: number): Promise<void> {
    const { store, sink } = this.#options;
    let next: Bytes | null = from;
    while (next !== null && !this.#closed) {
      const { entries, more } = await store.range({ range: { from: next, to }, limit: PAGE_ENTRIES, revision });
      if (entries.length > 0) sink.page(entries.map(encodedEntry));
      next = more ? keyAfter(entries) : null;
    }
  }

  #ended(reason: Error | null): void {
    if (reason === null || this.#closed) return;
    const { clock, log, sink } = this.#options;
    this.#watch = null;
    sink.stale(clock.wallMs());
    log.warn('the catalog lost its place in the log and reads it anew', { reason: reason.message });
    void this.#reload();
  }

  async #reload(): Promise<void> {
    const { clock, log } = this.#options;
    try {
      await this.start();
    } catch (error) {
      if (this.#closed || isRollcallError(error, 'store-closed')) return;
      log.error('the log cannot be read; the catalog answers from memory', { reason: String(error) });
      this.#cancelPause = clock.after(RELOAD_PAUSE_MS, () => void this.#reload());
    }
  }
}

/** Registrations first, because that is the quickest way to take them in; then what stands before them and behind. */
const registrations: KeyRange = kindRange('instances');
const ranges: readonly KeyRange[] = [
  registrations,
  { from: catalogRange.from, to: registrations.from },
  { from: registrations.to ?? catalogRange.from, to: catalogRange.to },
];

/** The smallest key behind the last one. */
function keyAfter(entries: readonly Entry[]): Bytes | null {
  const last = entries.at(-1);
  if (last === undefined) return null;
  const next = new Uint8Array(last.key.length + 1);
  next.set(last.key);
  return next;
}
