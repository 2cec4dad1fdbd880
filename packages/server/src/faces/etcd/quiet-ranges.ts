/**
 * Where nothing happened. Clients of etcd come back to a watch with the revision of the last event that they saw, and a quiet service
 * has none for weeks: by then that revision is compacted, and to be told so is the end of their watch, for good in some of them. But
 * who missed nothing need not be told that anything is gone. That nothing happened between two revisions is shown by two things: what
 * stood there at the later one was all written before the earlier one, and nothing was deleted in between. The second cannot be read
 * from a compacted log, so it is remembered here: of every key that is gone, when it went, as far back as there is room.
 */
import {
  allKeys,
  fromText,
  OrderedMap,
  toText,
  toTextRange,
  type Clock,
  type KeyRange,
  type Log,
  type RevisionBatch,
  type Store,
  type Watch,
} from '@rollcall/core';
import { isHidden } from './hidden-store.js';

/** A hundred bytes each. What went before these is forgotten, and who comes back from then is told that it is compacted. */
const GONE_KEYS_MAX = 100_000;

/** As much as a revision writes. */
const LOOKED_AT_MAX = 128;

/** When what went could not be followed, it is tried again after this. */
const RETRY_MS = 5_000;

/** So often what is known is put by, if it changed: a crash must not lose more than the log still tells. */
const PUT_BY_MS = 5 * 60_000;

/** Where what is known lies while nobody is there. */
export interface GoneKeysShelf {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

export interface QuietRangesOptions {
  /** The log, whole. */
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly keysMax?: number;
  /** Left out: a restart forgets. */
  readonly shelf?: GoneKeysShelf | undefined;
}

export class QuietRanges {
  readonly #options: QuietRangesOptions;
  readonly #keysMax: number;
  /** In the order of their keys. */
  #gone = new OrderedMap<number>();
  /** The same in the order in which they went. */
  #byAge = new Map<string, number>();
  /** Nothing is known of what went before. */
  #from = Infinity;
  #to = 0;
  #epoch = '';
  #watch: Watch | null = null;
  #cancelRetry: (() => void) | null = null;
  #cancelPutBy: (() => void) | null = null;
  #putByAt = 0;
  #isClosed = false;

  constructor(options: QuietRangesOptions) {
    this.#options = options;
    this.#keysMax = options.keysMax ?? GONE_KEYS_MAX;
  }

  /** With what was known before a restart, if anything was. */
  async start(): Promise<void> {
    const { store, shelf } = this.#options;
    const { epoch, compactedRevision } = await store.status();
    const before = decodeGoneKeys((await shelf?.read()) ?? '');
    if (this.#isClosed) return;
    this.#forget(epoch, compactedRevision);
    // What was known then has to reach to where the log can still be read from.
    if (before !== null && before.epoch === epoch && before.to + 1 >= compactedRevision) {
      this.#from = before.from;
      this.#to = before.to;
      for (const [key, revision] of before.keys) this.#went(key, revision);
    }
    this.#follow(Math.max(compactedRevision, this.#to + 1));
    if (shelf !== undefined) this.#putByLater();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#cancelPutBy?.();
    await this.#putBy();
    this.#watch?.cancel();
  }

  /** From where to go on for who heard everything before `from`, or `null` if it cannot be shown that nothing is missed by it. */
  async resumeAt(store: Store, range: KeyRange, from: number, compactedTo: number): Promise<number | null> {
    if (isHidden(range.from) || from < this.#from || (this.#watch?.position ?? 0) < compactedTo) return null;
    const gone = toTextRange(range);
    for (const key of this.#gone.keys(gone)) {
      const revision = this.#gone.get(key) ?? 0;
      if (revision >= from && revision < compactedTo) return null;
    }
    const written = {
      range,
      revision: compactedTo,
      limit: LOOKED_AT_MAX,
      minModRevision: from,
      maxModRevision: compactedTo,
      keysOnly: true,
    };
    const { entries, more } = await store.range(written);
    // What was written just then will be told, and hides what may have been written to the same key before.
    const hidesNothing = entries.every(({ modRevision, version }) => modRevision === compactedTo && version === 1);
    return hidesNothing && !more ? compactedTo : null;
  }

  #putByLater(): void {
    this.#cancelPutBy = this.#options.clock.after(
      PUT_BY_MS,
      () => void this.#putBy().finally(() => (this.#isClosed ? undefined : this.#putByLater())),
    );
  }

  async #putBy(): Promise<void> {
    const { shelf, log } = this.#options;
    const to = this.#watch?.position ?? 0;
    if (shelf === undefined || to <= this.#putByAt || this.#from === Infinity) return;
    try {
      await shelf.write(encodeGoneKeys({ epoch: this.#epoch, from: this.#from, to, keys: [...this.#byAge] }));
      this.#putByAt = to;
    } catch (error) {
      log.warn('what is known of deleted keys could not be kept for a restart', { reason: String(error) });
    }
  }

  #forget(epoch: string, from: number): void {
    this.#epoch = epoch;
    this.#gone = new OrderedMap();
    this.#byAge = new Map();
    this.#from = from;
    this.#to = 0;
  }

  #follow(fromRevision: number): void {
    try {
      this.#watch = this.#options.store.watch(
        { range: allKeys, fromRevision },
        { next: (batch) => this.#hear(batch), ended: (reason) => this.#lost(reason) },
      );
    } catch (error) {
      // On an engine that tells only a part of its keys: then nothing can be shown, and everybody hears what etcd would say.
      this.#options.log.info('watches of clients cannot be resumed behind compacted history', { reason: String(error) });
      this.#from = Infinity;
    }
  }

  #hear({ revision, changes }: RevisionBatch): void {
    // What the registry deletes of its own is no client's affair, and would crowd out what is.
    for (const change of changes) if (change.type === 'delete' && !isHidden(change.key)) this.#went(toText(change.key), revision);
    this.#to = revision;
  }

  #went(key: string, revision: number): void {
    this.#byAge.delete(key);
    this.#byAge.set(key, revision);
    this.#gone.set(key, revision);
    if (this.#byAge.size <= this.#keysMax) return;
    const [oldest] = this.#byAge;
    if (oldest === undefined) return;
    this.#byAge.delete(oldest[0]);
    this.#gone.delete(oldest[0]);
    this.#from = oldest[1] + 1;
  }

  /** The log is another one, or ran ahead: what was known says nothing of it. */
  #lost(reason: Error | null): void {
    if (this.#isClosed || reason === null) return;
    this.#from = Infinity;
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => void this.start().catch((error: unknown) => this.#lost(error as Error)));
  }
}

interface GoneKeys {
  readonly epoch: string;
  /** Of every key that went from here on… */
  readonly from: number;
  /** …up to here, when it did. */
  readonly to: number;
  readonly keys: readonly (readonly [key: string, revision: number])[];
}

function encodeGoneKeys({ keys, ...known }: GoneKeys): string {
  return JSON.stringify({ ...known, keys: keys.map(([key, revision]) => [Buffer.from(fromText(key)).toString('base64'), revision]) });
}

/** `null` for what is no such record. */
function decodeGoneKeys(text: string): GoneKeys | null {
  try {
    const { epoch, from, to, keys } = JSON.parse(text) as GoneKeys;
    if (typeof epoch !== 'string' || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return null;
    return { epoch, from, to, keys: keys.map(([key, revision]) => [toText(Buffer.from(key, 'base64')), revision]) };
  } catch {
    return null;
  }
}
