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
  type Change,
  type KeyRange,
  type RevisionBatch,
  type Store,
  type StoreStatus,
  type Watch,
} from '../ports/store.js';
import { encodedChange, type EncodedSink } from '../records/encoded.js';
import { catalogRange, isOurKey } from '../records/keys.js';
import type { ForeignClaims } from '../naming/foreign-claims.js';
import { keyOf } from '../store/change.js';
import { hullOf } from '../store/key-range.js';
import { CHANGES_MAX, LatestPast } from './latest-past.js';
import { readAll } from './read-all.js';

export interface LogReaderOptions {
  readonly store: Store;
  readonly sink: EncodedSink;
  /** Keys of others that are registrations. Left out: none. */
  readonly claims?: ForeignClaims;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Feeds the sink, from `begin` to `finish`, with what was kept of a log that is away, and answers as of when (wall clock) that
 * is; `null` where nothing was kept that can be used. Must not throw.
 */
export type Restore = (sink: EncodedSink) => Promise<{ readonly asOfMs: number } | null>;

const nothingKept: Restore = () => Promise.resolve(null);

/** How far back it looks: minutes of ordinary churn. */
const PAST_REVISIONS_MAX = 4096;

/** The last few tell how much there is in each: after registrations in bulk, far fewer hold all that a view remembers. */
const PAST_SAMPLE = 64;

/** How often it is looked whether the past was heard to its end: it takes milliseconds. */
const ARRIVAL_LOOK_MS = 5;

/** Between two attempts to read a log that does not answer. */
const RELOAD_PAUSE_MS = 1000;
/** About a minute of them: an outage takes hours, and fills no disk with complaints. */
const ATTEMPTS_PER_COMPLAINT = 60;

/** Between two looks whether the watch has got where the log stands. */
const CATCH_UP_LOOK_MS = 10;

export class LogReader {
  readonly #options: LogReaderOptions;
  /** All that the view is made of, and what lies between. */
  readonly #range: KeyRange;
  #watch: Watch | null = null;
  #closed = false;
  /** Everything that the log held at some time was handed over, and the watch goes on from there. */
  #follows = false;
  #staleSinceMs: number | null = null;
  /** How often the log has gone away and come back. */
  #turns = 0;
  #unfollow: (() => void) | undefined;
  #cancelPause: (() => void) | null = null;
  /** Ends the waiting for what happened before: without it one knows less, and is not wrong. */
  #stopAsking: () => void = () => undefined;

  /** Settles when the log has been read for the first time. */
  readonly read: Promise<void>;
  #hasRead: () => void = () => undefined;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#range = hullOf([catalogRange, ...(options.claims?.ranges ?? [])]);
    this.read = new Promise((resolve) => (this.#hasRead = resolve));
  }

  /** Everything up to here was handed over. */
  get position(): number {
    return this.#watch?.position ?? 0;
  }

  /**
   * Settles when the sink has everything, and is fed from then on. Where the log is away, and `restore` has fed the sink with
   * what was kept of it, it settles too, and the log is read as soon as it is back.
   */
  async start(restore: Restore = nothingKept): Promise<void> {
    this.#unfollow = this.#options.store.contact?.follow(() => void this.#contactTurned());
    try {
      await this.#load(PAST_REVISIONS_MAX);
    } catch (error) {
      if (this.#closed || !isRollcallError(error) || !error.retryable) throw error;
      const kept = await restore(this.#options.sink);
      if (kept === null) throw error;
      this.#tellStale(kept.asOfMs);
      this.#reloadLater(0);
    }
  }

  async #load(pastMax: number): Promise<void> {
    const { store, sink } = this.#options;
    const status = await store.status();
    const { revision, past } = await this.#readAll(status, pastMax).catch((error: unknown) => this.#readAgain(status, error));
    if (this.#closed) return;
    // Before it is shown: where it cannot be followed, it is read once more.
    const watch = store.watch(
      { range: this.#range, fromRevision: revision + 1 },
      { next: (batch) => this.#take(batch), ended: (reason) => this.#ended(reason) },
    );
    this.#options.claims?.finish();
    sink.finish();
    for (const batch of past.batches) this.#take(batch);
    this.#watch = watch;
    this.#follows = true;
    this.#tellStale(store.contact?.lostSinceMs ?? null);
    this.#hasRead();
  }

  close(): void {
    this.#closed = true;
    this.#unfollow?.();
    this.#cancelPause?.();
    this.#watch?.cancel();
  }

  #take(batch: RevisionBatch): void {
    if (this.#closed) return;
    const { sink, claims } = this.#options;
    const { revision, changes } = this.#concerning(batch);
    if (changes.length === 0) return;
    const records = claims === undefined ? changes.map(encodedChange) : claims.take(changes, encodedChange);
    // Keys of others that are no registrations are nothing to any view.
    if (records.length > 0) sink.apply({ revision, records });
  }

  /** Without what no view is made of. Mostly all of it, or nothing. */
  #concerning(batch: RevisionBatch): RevisionBatch {
    const { claims } = this.#options;
    const isMeant = (change: Change): boolean => isOurKey(keyOf(change)) || claims?.holds(keyOf(change)) === true;
    return batch.changes.every(isMeant) ? batch : { revision: batch.revision, changes: batch.changes.filter(isMeant) };
  }

  /** Whoever reads while others write a lot may find that what it reads was compacted meanwhile. */
  async #readAgain(status: StoreStatus, error: unknown): Promise<Reading> {
    if (this.#closed || !isRollcallError(error, 'revision-compacted')) throw error;
    return this.#readAll(status, 0);
  }

  /** What the log holds now, with the latest past undone: that comes again, step by step. */
  async #readAll({ epoch, compactedRevision }: StoreStatus, pastMax: number): Promise<Reading> {
    const { store, sink, claims } = this.#options;
    const { revision } = await store.range({ range: catalogRange, limit: 0 });
    const past = await this.#latestPast(Math.max(revision - pastMax, compactedRevision, FIRST_REVISION), revision);
    sink.begin({ epoch, revision: past.asOf });
    await readAll({ store, sink, claims, revision, asOf: past.asOf, before: past.before(), isClosed: () => this.#closed });
    return { revision, past };
  }

  async #latestPast(from: number, upTo: number): Promise<LatestPast> {
    if (upTo - from <= PAST_SAMPLE) return this.#past(from, upTo);
    const sample = await this.#past(upTo - PAST_SAMPLE, upTo);
    const isUnheard = sample.asOf === upTo;
    if (isUnheard) return sample;
    const enough = Math.ceil((CHANGES_MAX * PAST_SAMPLE) / Math.max(sample.changes, 1));
    return enough <= PAST_SAMPLE ? sample : this.#past(Math.max(from, upTo - enough), upTo);
  }

  #past(asOf: number, upTo: number): Promise<LatestPast> {
    if (asOf >= upTo) return Promise.resolve(new LatestPast(upTo));
    const { clock, store, claims } = this.#options;
    return new Promise((resolve) => {
      const past = new LatestPast(asOf, claims && ((key) => isOurKey(key) || claims.holds(key)));
      const range = { range: this.#range, fromRevision: asOf + 1, previous: true };
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
      this.#stopAsking = () => {
        resolve(new LatestPast(upTo));
        watch.cancel();
      };
      look();
    });
  }

  #ended(reason: Error | null): void {
    if (reason === null || this.#closed) return;
    const { clock, log } = this.#options;
    this.#watch = null;
    this.#follows = false;
    this.#tellStale(this.#staleSinceMs ?? clock.wallMs());
    log.warn('the catalog lost its place in the log and reads it anew', { reason: reason.message });
    void this.#reload(0);
  }

  async #reload(attempt: number): Promise<void> {
    const { log } = this.#options;
    try {
      // Whoever follows is told to look anew: the past would be a step back.
      await this.#load(0);
    } catch (error) {
      if (this.#closed || isRollcallError(error, 'store-closed')) return;
      if (attempt % ATTEMPTS_PER_COMPLAINT === 0)
        log.error('the log cannot be read; the catalog answers from memory', { reason: String(error) });
      this.#reloadLater(attempt + 1);
    }
  }

  #reloadLater(attempt: number): void {
    this.#cancelPause = this.#options.clock.after(RELOAD_PAUSE_MS, () => void this.#reload(attempt));
  }

  /** What happened while the log was away comes a moment after it is back: only then nothing is stale any more. */
  async #contactTurned(): Promise<void> {
    const { store, clock } = this.#options;
    const turn = ++this.#turns;
    const lostSinceMs = store.contact?.lostSinceMs ?? null;
    if (lostSinceMs !== null) this.#stopAsking();
    if (lostSinceMs !== null && this.#follows) this.#tellStale(this.#staleSinceMs ?? lostSinceMs);
    if (lostSinceMs !== null) return;
    let head: number | null = null;
    while (this.#follows && !this.#closed && turn === this.#turns) {
      head ??= await this.#head();
      if (head !== null && this.position >= head && this.#follows && turn === this.#turns) return this.#tellStale(null);
      await new Promise<void>((look) => clock.after(CATCH_UP_LOOK_MS, look));
    }
  }

  /** Where the log stands; `null` if it does not say so. */
  #head(): Promise<number | null> {
    return this.#options.store.range({ range: catalogRange, limit: 0 }).then(
      ({ revision }) => revision,
      () => null,
    );
  }

  #tellStale(sinceMs: number | null): void {
    this.#staleSinceMs = sinceMs;
    this.#options.sink.stale(sinceMs);
  }
}

interface Reading {
  readonly revision: number;
  readonly past: LatestPast;
}
