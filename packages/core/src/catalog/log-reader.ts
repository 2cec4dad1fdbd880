/**
 * Feeds a view from the log: reads everything under `/rollcall/` as of one revision, page by page, then watches from the
 * next. The first time it also hands over what happened shortly before, so that whoever had followed this node before it
 * was restarted can go on from there. When its place is lost it reads anew. Any number of readers may stand at one log, one for each view.
 */
import { isRollcallError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import {
  FIRST_REVISION,
  type Bytes,
  type Entry,
  type KeyRange,
  type RevisionBatch,
  type Store,
  type StoreStatus,
  type Watch,
} from '../ports/store.js';
import { toText } from '../store/bytes.js';
import { encodedChange, encodedEntry, type EncodedSink } from './encoded.js';
import { catalogRange, kindRange } from './keys.js';
import { LatestPast } from './latest-past.js';

export interface LogReaderOptions {
  readonly store: Store;
  readonly sink: EncodedSink;
  readonly clock: Clock;
  readonly log: Log;
}

/** Entries per read: large enough to be quick, small enough not to hold up the loop. */
const PAGE_ENTRIES = 1000;

/** How far back it looks: minutes of ordinary churn. */
const PAST_REVISIONS_MAX = 4096;

/** How often it is looked whether the past was heard to its end: it takes milliseconds. */
const ARRIVAL_LOOK_MS = 5;

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
  start(): Promise<void> {
    return this.#load(PAST_REVISIONS_MAX);
  }

  async #load(pastMax: number): Promise<void> {
    const { store, sink } = this.#options;
    const status = await store.status();
    const { revision, past } = await this.#readAll(status, pastMax).catch((error: unknown) => this.#readAgain(status, error));
    if (this.#closed) return;
    sink.finish();
    for (const batch of past.batches) this.#take(batch);
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
  async #readAgain(status: StoreStatus, error: unknown): Promise<Reading> {
    if (this.#closed || !isRollcallError(error, 'revision-compacted')) throw error;
    return this.#readAll(status, 0);
  }

  /** What the log holds now, with the latest past undone: that comes again, step by step. */
  async #readAll({ epoch, compactedRevision }: StoreStatus, pastMax: number): Promise<Reading> {
    const { store, sink } = this.#options;
    const { revision } = await store.range({ range: catalogRange, limit: 0 });
    const past = await this.#past(Math.max(revision - pastMax, compactedRevision, FIRST_REVISION), revision);
    const before = past.before();
    sink.begin({ epoch, revision: past.asOf });
    for (const range of ranges) await this.#readRange(range, revision, before);
    if (before.size > 0) sink.page([...before.values()].flatMap((entry) => (entry === null ? [] : [encodedEntry(entry)])));
    return { revision, past };
  }

  #past(asOf: number, upTo: number): Promise<LatestPast> {
    if (asOf >= upTo) return Promise.resolve(new LatestPast(upTo));
    const { clock, store } = this.#options;
    return new Promise((resolve) => {
      const past = new LatestPast(asOf);
      const range = { range: catalogRange, fromRevision: asOf + 1, previous: true };
      const watch = store.watch(range, {
        next: (batch) => {
          if (batch.revision <= upTo) past.add(batch);
          if (batch.revision >= upTo) arrived();
        },
        // Compacted meanwhile: then there is none.
        ended: () => resolve(new LatestPast(upTo)),
      });
      const arrived = (): void => {
        resolve(past);
        watch.cancel();
      };
      // The latest revisions may be of others, of which this watch is not told.
      const look = (): void => {
        if (watch.position >= upTo) arrived();
        else if (this.#watch === watch && !this.#closed) clock.after(ARRIVAL_LOOK_MS, look);
      };
      this.#watch = watch;
      look();
    });
  }

  async #readRange({ from, to }: KeyRange, revision: number, without: ReadonlyMap<string, unknown>): Promise<void> {
    const { store, sink } = this.#options;
    let next: Bytes | null = from;
    while (next !== null && !this.#closed) {
      const { entries, more } = await store.range({ range: { from: next, to }, limit: PAGE_ENTRIES, revision });
      const wanted = without.size === 0 ? entries : entries.filter(({ key }) => !without.has(toText(key)));
      if (wanted.length > 0) sink.page(wanted.map(encodedEntry));
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
      // Whoever follows is told to look anew: the past would be a step back.
      await this.#load(0);
    } catch (error) {
      if (this.#closed || isRollcallError(error, 'store-closed')) return;
      log.error('the log cannot be read; the catalog answers from memory', { reason: String(error) });
      this.#cancelPause = clock.after(RELOAD_PAUSE_MS, () => void this.#reload());
    }
  }
}

interface Reading {
  readonly revision: number;
  readonly past: LatestPast;
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
