/**
 * Keeps the keyspace equal to the log: reads what the log holds as of one revision, page by page, and follows from there; anew when
 * it loses its place. And the ways to wait for it.
 */
import {
  consulRange,
  isRollcallError,
  RollcallError,
  type Bytes,
  type Change,
  type Clock,
  type Entry,
  type Log,
  type RevisionBatch,
  type Store,
  type Watch,
} from '@rollcall/core';
import type { Keyspace, KeyspaceChange } from './keyspace.js';

export interface FollowerOptions {
  readonly store: Pick<Store, 'range' | 'watch'>;
  readonly keyspace: Keyspace;
  readonly clock: Clock;
  readonly log: Log;
}

/** A value may be half a mebibyte: a page is some tens of megabytes at worst. */
const PAGE_ENTRIES = 100;

/** Between two attempts to read a log that does not answer. */
const RELOAD_PAUSE_MS = 1000;
/** About a minute of them: an outage takes hours, and fills no disk with complaints. */
const ATTEMPTS_PER_COMPLAINT = 60;

/** Between two looks at where the watch stands: nobody says when it has passed what concerns others. */
const LOOK_MS = 5;

/** A watch is a step behind the log; who is this far behind has lost it. */
const VISIBLE_WITHIN_MS = 5000;

export class KeyspaceFollower {
  readonly #options: FollowerOptions;
  #watch: Watch | null = null;
  #isLoaded = false;
  #closed = false;
  #cancelPause: () => void = () => undefined;
  readonly #waiting = new Set<{ readonly revision: number; readonly reached: () => void }>();

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** It was read at least once; before, an absence means nothing. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Settles when it was read; where the log is away, at once, and it is read when the log is back. */
  async start(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      if (!isRollcallError(error) || !error.retryable) throw error;
      this.#reloadLater(0);
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelPause();
    this.#watch?.cancel();
    for (const { reached } of this.#waiting) reached();
  }

  /** Settles when the keyspace shows this revision. Throws `outcome-unknown` if it does not in time. */
  async shows(revision: number): Promise<void> {
    if (await this.#reached(revision)) return;
    throw new RollcallError('outcome-unknown', 'The write was made, but this node does not see it yet. Asking again is safe.');
  }

  /**
   * Settles when the keyspace shows whatever the log held when this was called. Throws `not-ready` if it does not in time, or what
   * the log throws.
   */
  async catchUp(): Promise<void> {
    const { revision } = await this.#options.store.range({ range: consulRange, limit: 0 });
    if (await this.#reached(revision)) return;
    throw new RollcallError('not-ready', 'This node is behind the log. Ask again, or ask another one.');
  }

  #isAt(revision: number): boolean {
    const { keyspace } = this.#options;
    return this.#isLoaded && (keyspace.revision >= revision || (this.#watch?.position ?? 0) >= revision);
  }

  /** Asked again from time to time, too: the revision may be one that concerned others. */
  #reached(revision: number): Promise<boolean> {
    if (this.#isAt(revision)) return Promise.resolve(true);
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + VISIBLE_WITHIN_MS;
    return new Promise((resolve) => {
      let cancel: () => void = () => undefined;
      const look = (): void => {
        const isAt = this.#isAt(revision);
        if (!isAt && !this.#closed && clock.monotonicMs() < deadlineMs) {
          cancel = clock.after(LOOK_MS, look);
          return;
        }
        this.#waiting.delete(waiter);
        resolve(isAt);
      };
      const reached = (): void => {
        cancel();
        look();
      };
      const waiter = { revision, reached };
      this.#waiting.add(waiter);
      look();
    });
  }

  async #load(): Promise<void> {
    const { store, keyspace } = this.#options;
    const { revision } = await store.range({ range: consulRange, limit: 0 });
    const entries = await this.#readAll(revision);
    if (this.#closed) return;
    const watch = store.watch(
      { range: consulRange, fromRevision: revision + 1 },
      { next: (batch) => this.#take(batch), ended: (reason) => this.#ended(reason) },
    );
    keyspace.load(entries.map(changeOfEntry), revision);
    this.#watch = watch;
    this.#isLoaded = true;
    this.#wake();
  }

  async #readAll(revision: number): Promise<readonly Entry[]> {
    const { store } = this.#options;
    const all: Entry[] = [];
    let next: Bytes | null = consulRange.from;
    while (next !== null && !this.#closed) {
      const range = { from: next, to: consulRange.to };
      const { entries, more } = await store.range({ range, limit: PAGE_ENTRIES, revision });
      all.push(...entries);
      next = more ? keyAfter(entries) : null;
    }
    return all;
  }

  #take({ revision, changes }: RevisionBatch): void {
    if (this.#closed) return;
    this.#options.keyspace.apply(changes.map(changeOf), revision);
    this.#wake();
  }

  #wake(): void {
    const { revision } = this.#options.keyspace;
    for (const waiter of this.#waiting) if (waiter.revision <= revision) waiter.reached();
  }

  #ended(reason: Error | null): void {
    this.#watch = null;
    if (reason === null || this.#closed) return;
    this.#options.log.warn('the keys of the Consul face lost their place in the log and are read anew', { reason: reason.message });
    void this.#reload(0);
  }

  async #reload(attempt: number): Promise<void> {
    try {
      if (!this.#closed) await this.#load();
    } catch (error) {
      if (this.#closed || isRollcallError(error, 'store-closed')) return;
      if (attempt % ATTEMPTS_PER_COMPLAINT === 0)
        this.#options.log.error('the keys of the Consul face cannot be read from the log', { reason: String(error) });
      this.#reloadLater(attempt + 1);
    }
  }

  #reloadLater(attempt: number): void {
    this.#cancelPause = this.#options.clock.after(RELOAD_PAUSE_MS, () => void this.#reload(attempt));
  }
}

function changeOfEntry({ key, value, createRevision, modRevision, lease }: Entry): KeyspaceChange {
  return { key, entry: { value, createRevision, modRevision, lease } };
}

function changeOf(change: Change): KeyspaceChange {
  return change.type === 'put' ? changeOfEntry(change.entry) : { key: change.key, entry: null };
}

/** The smallest key behind the last one. */
function keyAfter(entries: readonly Entry[]): Bytes | null {
  const last = entries.at(-1);
  return last === undefined ? null : Buffer.concat([last.key, Buffer.from([0])]);
}
