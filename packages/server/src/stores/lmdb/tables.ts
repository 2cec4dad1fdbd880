/**
 * The store's tables in one LMDB file:
 *
 * | table   | key                          | value |
 * | ---     | ---                          | --- |
 * | current | the key                      | its entry |
 * | long    | the key's hash               | the key and its entry, where the key is too long for LMDB |
 * | history | a chapter's first revision   | what it and those behind it changed, and what that replaced |
 * | leases  | the lease's id               | its ttl |
 * | leased  | the lease's id, the key's hash | the key |
 * | meta    | a word                       | format, epoch, applied, compacted, segment, lastSegment |
 *
 * All of them follow the write-ahead log (see checkpoint.ts) as far as `applied` says. The order of long keys
 * lives in memory, built when the store is opened: they are rare.
 */
import { createHash } from 'node:crypto';
import { NO_LEASE, OrderedMap, toText, type Bytes, type Entry, type LeaseId, type Reader, type TextRange } from '@rollcall/core';
import { open, type Database, type RootDatabase } from 'lmdb';
import type { GrantedLease } from '../../shared/medium.js';
import { ownBytes } from '../../shared/own-bytes.js';
import {
  damaged,
  decodeBytes,
  decodeChapter,
  decodeEntry,
  decodeLongEntry,
  encodeBytes,
  encodeEntries,
  encodeLongEntry,
  leaseKey,
  readRevision,
  revisionKey,
  type TimedBatch,
} from './codec.js';
import { Gaps, type Gap } from './gaps.js';
import { checkRoom, makeLockFile } from './room.js';
import { KEY_BYTES_MAX, openWalked, walkRange, type WalkedTable } from './walk.js';

/** No key sorts before it: LMDB has no empty ones. */
const FIRST_KEY = Buffer.of(0);

type Table = Database<Buffer, Buffer>;

/** Bytes in, bytes out. */
const binary = { encoding: 'binary', keyEncoding: 'binary', cache: false } as const;

/**
 * A commit settles when it is on disk, and is not visible before (see ADR 3). The batches that lmdb makes of its own are
 * off: when one fails, it rejects a promise that nobody can get at, and that ends the process.
 */
const durable = { overlappingSync: false, eventTurnBatching: false } as const;

export interface Latest {
  readonly key: string;
  readonly entry: Entry | null;
}

export interface Chapter {
  readonly firstRevision: number;
  readonly encoded: Buffer;
}

export class Tables {
  readonly #file: string;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #current: WalkedTable;
  readonly #long: Table;
  readonly #history: Table;
  readonly #leases: Table;
  readonly #leased: Table;
  readonly #meta: Database<Buffer, string>;
  readonly #longKeys = new OrderedMap<true>();
  /** Long keys on their way to disk, and whether they will be there. */
  readonly #writtenLong = new Map<string, boolean>();
  #someLeased: boolean;
  /** Of the current entries. */
  readonly #gaps = new Gaps();
  /** Transactions that LMDB may show at any moment: what is looked up meanwhile may be true no longer than that. */
  #writing = 0;

  constructor(file: string) {
    this.#file = file;
    makeLockFile(file);
    this.#root = open<Buffer, Buffer>({ path: file, noSubdir: true, maxDbs: 8, ...durable, ...binary });
    const table = (name: string): Table => this.#root.openDB<Buffer, Buffer>({ name, ...binary });
    this.#current = openWalked(this.#root, 'current');
    this.#long = table('long');
    this.#history = table('history');
    this.#leases = table('leases');
    this.#leased = table('leased');
    this.#meta = this.#root.openDB<Buffer, string>({ name: 'meta', encoding: 'binary', cache: false });
    this.#someLeased = [...this.#leased.getKeys({ limit: 1 })].length > 0;
    for (const { key, value } of this.#long.getRange()) this.#longKeys.set(toText(decodeLongEntry(key, value).key), true);
  }

  /**
   * All of these writes or none of them, on disk when it settles. Reads of this turn may see them before. `bytes` is how
   * large they are, about; `store-full` if the disk may have no room for them.
   */
  async commit(write: () => void, bytes = 0): Promise<void> {
    checkRoom(this.#file, bytes);
    this.#writing++;
    try {
      await this.#root.batch(write);
      this.#root.resetReadTxn();
    } catch (error) {
      throw await reasonOf(error);
    } finally {
      this.#writing--;
    }
  }

  readMeta(name: string): string | undefined {
    const record = this.#meta.get(name);
    return record === undefined ? undefined : decodeBytes(Buffer.from(name), record).toString('utf8');
  }

  writeMeta(name: string, value: string | number): void {
    void this.#meta.put(name, encodeBytes(Buffer.from(name), Buffer.from(String(value))));
  }

  /** Whatever LMDB shows in this turn of the event loop, and the order of the long keys as last told by `settleLongKeys`. */
  readonly reader: Reader = {
    get: (key) => this.#get(key),
    entries: (range) => this.#entries(range),
  };

  /** The latest value of each key, or that there is none. */
  writeCurrent(latest: readonly Latest[]): void {
    const records = encodeEntries(latest.flatMap(({ key, entry }) => (entry === null || isLong(key) ? [] : [entry])));
    let next = 0;
    for (const { key, entry } of latest) {
      const bytes = entry?.key ?? Buffer.from(key, 'latin1');
      this.#writeLeased(key, bytes, entry?.lease ?? NO_LEASE);
      if (entry !== null) this.#gaps.fill(key);
      if (isLong(key)) this.#writeLong(key, bytes, entry);
      else if (entry === null) void this.#current.remove(asBuffer(bytes));
      else void this.#current.put(asBuffer(bytes), records[next++] as Buffer);
    }
  }

  /** Called when what was written of long keys is durable: from here on, their order knows of it. */
  settleLongKeys(): void {
    for (const [key, isThere] of this.#writtenLong) {
      if (isThere) this.#longKeys.set(key, true);
      else this.#longKeys.delete(key);
    }
    this.#writtenLong.clear();
  }

  /** Revisions that follow one another, as codec.ts encodes each: one record for all of them. */
  writeChapter({ firstRevision, encoded }: Chapter): void {
    void this.#history.put(revisionKey(firstRevision), encoded);
  }

  *batches(fromRevision: number, limit: number): Generator<TimedBatch> {
    let left = limit;
    const start = revisionKey(this.#chapterOf(fromRevision));
    for (const { key, value } of this.#history.getRange({ start })) {
      for (const batch of decodeChapter(key, value, fromRevision)) {
        if (left-- === 0) return;
        yield batch;
      }
    }
  }

  /** The first revisions of the oldest chapters that hold nothing from `revision` on, at most `limit`. */
  oldChapters(revision: number, limit: number): readonly number[] {
    return [...this.#history.getKeys({ end: revisionKey(this.#chapterOf(revision)), limit })].map(readRevision);
  }

  removeChapter(firstRevision: number): void {
    void this.#history.remove(revisionKey(firstRevision));
  }

  /** Where the chapter begins that holds this revision, or would. */
  #chapterOf(revision: number): number {
    const [key] = this.#history.getKeys({ start: revisionKey(revision), reverse: true, limit: 1 });
    return key === undefined ? revision : readRevision(key);
  }

  writeLease({ id, ttlMs }: GrantedLease): void {
    const key = leaseKey(id);
    void this.#leases.put(key, encodeBytes(key, Buffer.from(String(ttlMs))));
  }

  removeLease(id: bigint): void {
    void this.#leases.remove(leaseKey(id));
  }

  *grantedLeases(): Generator<GrantedLease> {
    for (const { key, value } of this.#leases.getRange()) {
      yield { id: key.readBigInt64BE(), ttlMs: Number(decodeBytes(key, value).toString()) };
    }
  }

  *leasedKeys(): Generator<{ readonly lease: bigint; readonly key: string }> {
    for (const { key, value } of this.#leased.getRange()) {
      yield { lease: key.readBigInt64BE(), key: toText(decodeBytes(key, value)) };
    }
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #get(key: string): Entry | undefined {
    if (isLong(key)) {
      const hash = hashOf(Buffer.from(key, 'latin1'));
      const record = this.#long.get(hash);
      return record === undefined ? undefined : decodeLongEntry(hash, record);
    }
    if (key.length === 0 || this.#gaps.holds(key)) return undefined;
    const bytes = Buffer.from(key, 'latin1');
    // It lies in LMDB's own memory, until the next read: a copy of ours is cheaper than one of LMDB's.
    const record = this.#current.getBinaryFast(bytes);
    if (record !== undefined) return decodeEntry(bytes, ownBytes(record));
    if (this.#writing === 0) this.#gaps.missed(() => this.#gapAround(bytes));
    return undefined;
  }

  /** `key` is absent. */
  #gapAround(key: Buffer): Gap {
    // Without an end, lmdb would pass over a key that is a single zero.
    const [after] = this.#current.getKeys({ start: key, end: FIRST_KEY, inclusiveEnd: true, reverse: true, limit: 1 });
    const [before] = this.#current.getKeys({ start: key, limit: 1 });
    return { after: after === undefined ? '' : toText(after), before: before === undefined ? null : toText(before) };
  }

  *#entries(range: TextRange): Generator<Entry> {
    if (range.to !== null && range.to <= range.from) return;
    const long = this.#longKeys.keys(range);
    let nextLong = long.next();
    for (const { key, value } of this.#current.getRange(walkRange(range))) {
      for (; nextLong.done !== true && nextLong.value < toText(key); nextLong = long.next()) yield* this.#longEntry(nextLong.value);
      if (value === null) throw damaged(key);
      yield value as Entry;
    }
    for (; nextLong.done !== true; nextLong = long.next()) yield* this.#longEntry(nextLong.value);
  }

  *#longEntry(key: string): Generator<Entry> {
    // Deleted by what is on its way to disk: whoever overlays that knows what was there.
    const entry = this.#get(key);
    if (entry !== undefined) yield entry;
  }

  #writeLong(key: string, bytes: Bytes, entry: Entry | null): void {
    const hash = hashOf(bytes);
    this.#writtenLong.set(key, entry !== null);
    if (entry === null) void this.#long.remove(hash);
    else void this.#long.put(hash, encodeLongEntry(hash, entry));
  }

  /** Where nothing hangs on a lease, nobody needs to look. */
  #leaseOf(key: string): LeaseId {
    return this.#someLeased ? (this.#get(key)?.lease ?? NO_LEASE) : NO_LEASE;
  }

  #writeLeased(key: string, bytes: Bytes, after: LeaseId): void {
    const before = this.#leaseOf(key);
    if (before === after) return;
    if (before !== NO_LEASE) void this.#leased.remove(leasedKey(before, bytes));
    if (after === NO_LEASE) return;
    this.#someLeased = true;
    const place = leasedKey(after, bytes);
    void this.#leased.put(place, encodeBytes(place, bytes));
  }
}

function isLong(key: string): boolean {
  return key.length > KEY_BYTES_MAX;
}

function asBuffer(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** lmdb tells the reason through a promise on the error; if nobody awaited that, it would end the process. */
async function reasonOf(error: unknown): Promise<unknown> {
  try {
    await (error as { readonly commitError?: unknown }).commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}

function leasedKey(lease: bigint, key: Bytes): Buffer {
  return Buffer.concat([leaseKey(lease), hashOf(key)]);
}

function hashOf(key: Bytes): Buffer {
  return createHash('sha256').update(key).digest();
}
