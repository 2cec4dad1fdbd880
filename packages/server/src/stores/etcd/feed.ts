/**
 * The one watch through which a store hears of every revision, whoever wrote it. It is opened anew wherever it breaks,
 * behind the last revision that it told, so nobody behind it notices. What it told lately is kept, for those
 * who fall a little behind.
 */
import { isRollcallError, RollcallError, type Abort, type Bytes, type Clock, type Log, type RevisionBatch } from '@rollcall/core';
import type { EtcdEvent } from '@rollcall/wire';
import type { Cluster } from './cluster.js';
import type { WatchContact } from './contact.js';
import type { EtcdRange, Keyspace } from './keyspace.js';
import { revisions } from './revisions.js';

export interface FeedOptions {
  readonly cluster: Cluster;
  readonly keyspace: Keyspace;
  /** Everything that is ever watched, and what lies between. */
  readonly range: EtcdRange;
  /** Whether a key of etcd is one of those. */
  readonly follows: (key: Bytes) => boolean;
  readonly contact: WatchContact;
  readonly clock: Clock;
  readonly log: Log;
  readonly onTold: (batches: readonly RevisionBatch[]) => void;
  /** Called when a watch was opened, before it tells anything. */
  readonly onOpened: () => Promise<void>;
  readonly onBroken: () => void;
  readonly onEvents: (events: readonly EtcdEvent[]) => void;
  /** Somebody waits for what is past, and it does not come: perhaps there is nothing more of it. */
  readonly onWaiting: () => void;
  /** What was to be told next is compacted: everybody has to read anew. Told on from wherever `fromRevision` says. */
  readonly onLost: (reason: RollcallError) => Promise<number>;
}

/** A watch of the past that has something to tell does so within a few milliseconds. */
const PAST_WITHIN_MS = 100;

/** Of what was told lately: enough for whoever stumbles, little enough to be nothing beside the view. */
const RECENT_REVISIONS_MAX = 4096;

export class Feed {
  readonly #options: FeedOptions;
  #recent: RevisionBatch[] = [];
  /** Of every revision from here on it is known whether it touched the range: it is recent, or did not. */
  #knownFrom: number;
  #next: number;
  #ending = new AbortController();
  #closed = false;
  /** Settles when it may be followed on. */
  #free: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  /** etcd tells all of the past at once. What somebody has not taken of it yet is his for the next time, and goes with him. */
  readonly #rest = new WeakMap<Abort, readonly RevisionBatch[]>();

  constructor(options: FeedOptions, fromRevision: number) {
    this.#options = options;
    this.#next = fromRevision;
    this.#knownFrom = fromRevision;
  }

  /** Everything up to here was told. */
  get position(): number {
    return this.#next - 1;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Nothing is told until it starts over. */
  hold(): void {
    this.#release();
    this.#free = new Promise((free) => (this.#release = free));
    this.#ending.abort();
    this.#ending = new AbortController();
  }

  /** From `fromRevision` on, as of another log: nothing that was told counts any more. */
  startOver(fromRevision: number): void {
    this.#next = fromRevision;
    this.forgetBefore(Infinity);
    this.#knownFrom = fromRevision;
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#release();
  }

  forgetBefore(revision: number): void {
    this.#recent = this.#recent.filter((batch) => batch.revision >= revision);
    this.#knownFrom = Math.max(this.#knownFrom, Math.min(revision, this.#next));
  }

  /** At most `limit` revisions from one on; waits for one where it has to ask etcd for them. */
  history(fromRevision: number, limit: number, signal: Abort): readonly RevisionBatch[] | Promise<readonly RevisionBatch[]> {
    const rest = this.#rest.get(signal)?.filter(({ revision }) => revision >= fromRevision) ?? [];
    if (rest.length > 0) return this.#share(rest, limit, signal);
    if (fromRevision < this.#knownFrom) return this.#asked(fromRevision, limit, signal);
    const at = this.#recent.findLastIndex((batch) => batch.revision < fromRevision) + 1;
    return this.#recent.slice(at, at + limit);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#ending.abort();
    this.#release();
    await this.#running;
  }

  async #asked(fromRevision: number, limit: number, signal: Abort): Promise<readonly RevisionBatch[]> {
    const { cluster, keyspace, range, follows, clock, onWaiting } = this.#options;
    const cancelLook = clock.after(PAST_WITHIN_MS, onWaiting);
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal.addEventListener('abort', end, { once: true });
    try {
      for (let attempt = 0; !signal.aborted; attempt++) {
        try {
          const request = { range, follows, fromRevision, signal: ending.signal };
          for await (const batches of revisions(cluster, keyspace, request)) return this.#share(batches, limit, signal);
        } catch (error) {
          if (!isRollcallError(error) || !error.retryable) throw error;
          await cluster.pause(attempt);
        }
      }
      return [];
    } finally {
      cancelLook();
      signal.removeEventListener('abort', end);
      ending.abort();
    }
  }

  #share(batches: readonly RevisionBatch[], limit: number, signal: Abort): readonly RevisionBatch[] {
    this.#rest.set(signal, batches.slice(limit));
    return batches.slice(0, limit);
  }

  async #run(): Promise<void> {
    for (let attempt = 0; !this.#closed; attempt++) {
      await this.#free;
      const { signal } = this.#ending;
      try {
        await this.#follow(signal, () => (attempt = 0));
      } catch (error) {
        this.#options.contact.lost();
        this.#options.onBroken();
        if (!isRollcallError(error, 'revision-compacted')) {
          if (attempt === 0) this.#options.log.warn('the watch of etcd broke and is opened anew', { reason: String(error) });
          await this.#options.cluster.pause(attempt);
        } else await this.#lost(error);
      }
    }
  }

  async #follow(signal: AbortSignal, wentWell: () => void): Promise<void> {
    const { cluster, keyspace, range, follows, onTold, onOpened, onEvents, contact, clock } = this.#options;
    const ours = (events: readonly EtcdEvent[]): void => (signal.aborted ? undefined : onEvents(events));
    const alive = { clock, contact };
    const request = { range, follows, fromRevision: this.#next, signal, alive, onOpened, onEvents: ours };
    for await (const batches of revisions(cluster, keyspace, request)) {
      // Of a log that is not followed any more.
      if (signal.aborted) return;
      wentWell();
      this.#remember(batches);
      onTold(batches);
    }
  }

  #remember(batches: readonly RevisionBatch[]): void {
    for (const batch of batches) {
      // Of what is beside the keys that are followed only the last revision counts.
      if (batch.changes.length === 0 && this.#recent.at(-1)?.changes.length === 0) this.#recent.pop();
      this.#recent.push(batch);
    }
    this.#next = (batches.at(-1)?.revision ?? this.#next - 1) + 1;
    const surplus = this.#recent.length - RECENT_REVISIONS_MAX;
    // In large steps: taking one away from the front of a list moves all the others.
    if (surplus < RECENT_REVISIONS_MAX) return;
    this.#recent = this.#recent.slice(surplus);
    this.#knownFrom = this.#recent[0]?.revision ?? this.#next;
  }

  async #lost(reason: RollcallError): Promise<void> {
    try {
      this.startOver(await this.#options.onLost(reason));
    } catch (error) {
      this.#options.log.warn('etcd does not say where its log stands', { reason: String(error) });
      await this.#options.cluster.pause(1);
    }
  }
}
