/**
 * Carries what the write-ahead log made durable into the tables, at leisure.
 *
 * To write every commit into the tables at once would cost two syncs, and a page of its own for nearly every
 * key. So changes gather in memory, and every now and then all of them go into the tables in the order of
 * their keys, many to a page. After a crash the log tells again what the tables missed.
 */
import { overlay, type Clock, type LeaseId, type Reader } from '@rollcall/core';
import { ByteWriter } from '../../shared/byte-writer.js';
import { nextTurn } from '../../shared/turn.js';
import type { TimedBatch } from './codec.js';
import { Gathered } from './gathered.js';
import { Recent } from './recent.js';
import { SCATTERED_RECORD_BYTES } from './room.js';
import { countOf, endOf, startOf, type Stretch } from './stretch.js';
import type { Chapter, Tables } from './tables.js';
import type { WriteAheadLog } from './write-ahead-log.js';

/**
 * So many changed keys, or so many bytes of the log, make it worth while: the more, the more of them share a page. Twice as many take a
 * fifth less of the processor, twice as much memory while everybody writes, and twice as long to read after a crash.
 */
const GATHER_KEYS = 32_768;
const GATHER_BYTES = 32 * 1024 * 1024;
/** Few changes are carried over after this long. */
const GATHER_MS = 2_000;
/**
 * A pass is cut into slices, so that nothing else that LMDB has to do waits long behind one, nor whoever commits meanwhile: with four times
 * as many, 64 writers get a twentieth less done, and one in a hundred waits a fifth longer.
 */
const SLICE_ITEMS = 128;
const SLICE_BYTES = 8 * 1024 * 1024;
/** Some forty registrations: with LMDB's own header, eight pages. */
const CHAPTER_BYTES_MAX = 32 * 1024 - 64;

export interface CheckpointOptions {
  readonly tables: Tables;
  readonly log: WriteAheadLog;
  readonly clock: Clock;
  /** Writes in one transaction, when all that was to be written before is. `bytes`: how much it is, about. */
  readonly commit: (write: () => void, bytes: number) => Promise<void>;
}

export class Checkpoint {
  readonly #options: CheckpointOptions;
  /** On its way into the tables; stays in front of them until it is all there. */
  #settling: Gathered;
  #gathered: Gathered;
  readonly #recent = new Recent();
  #appliedRevision: number;
  /** The tables, and in front of them what they miss. */
  readonly reader: Reader;
  #cancelTimer: (() => void) | null = null;
  #pass: Promise<void> | null = null;
  #closed = false;
  /** Why the last pass failed; `null` if it did not. */
  #trouble: Error | null = null;

  constructor(options: CheckpointOptions, appliedRevision: number) {
    this.#options = options;
    this.#appliedRevision = appliedRevision;
    this.#settling = new Gathered(appliedRevision, this.#recent);
    this.#gathered = new Gathered(appliedRevision, this.#recent);
    const tables = options.tables.reader;
    this.reader = {
      get: (key) => {
        const entry = this.#recent.get(key);
        return entry === undefined ? tables.get(key) : (entry ?? undefined);
      },
      entries: (range) => overlay(this.#gathered, overlay(this.#settling, tables)).entries(range),
    };
  }

  /** Everything up to here is in the tables. */
  get appliedRevision(): number {
    return this.#appliedRevision;
  }

  /** The keys that the tables may be wrong about. */
  *keys(): Generator<string> {
    for (const gathered of [this.#settling, this.#gathered]) yield* gathered.keys({ from: '', to: null });
  }

  /** The leases that the tables may be wrong about. */
  *leases(): Generator<readonly [LeaseId, number | null]> {
    for (const { leases } of [this.#settling, this.#gathered]) yield* leases;
  }

  /** Revisions that are not in the tables yet. */
  revisions(fromRevision: number, limit: number): readonly TimedBatch[] {
    const first = this.#settling.revisions(fromRevision, limit);
    return first.length === limit ? first : [...first, ...this.#gathered.revisions(fromRevision, limit - first.length)];
  }

  /** What a frame of the log made durable, in the order of the log. */
  gather(...frame: Parameters<Gathered['add']>): void {
    this.#gathered.add(...frame);
    if (this.#isMuch(this.#gathered)) void this.pass();
    else if (!this.#gathered.isEmpty) this.#passLater();
  }

  /** Settles when the pass that runs, or one that begins now, is over. What it could not carry over is tried again. */
  pass(): Promise<void> {
    if (this.#closed || (this.#pass === null && this.#gathered.isEmpty)) return Promise.resolve();
    this.#pass ??= this.#carryOver().finally(() => {
      this.#pass = null;
      this.#passLater();
    });
    return this.#pass;
  }

  /** Carries over what there is; throws what keeps it from that. */
  async catchUp(): Promise<void> {
    await this.pass();
    if (this.#trouble !== null) throw this.#trouble;
  }

  /** Tries once more to carry everything over, and stops. Answers whether the tables have it all. */
  async close(): Promise<boolean> {
    await this.#pass;
    await this.pass();
    this.#closed = true;
    this.#cancelTimer?.();
    return this.#gathered.isEmpty;
  }

  #passLater(): void {
    if (this.#closed || this.#cancelTimer !== null) return;
    this.#cancelTimer = this.#options.clock.after(GATHER_MS, () => {
      this.#cancelTimer = null;
      if (!this.#gathered.isEmpty) void this.pass();
      // Nobody writes: then nothing has to be at hand.
      else if (this.#pass === null) this.#recent.clear();
    });
  }

  async #carryOver(): Promise<void> {
    const settling = this.#gathered;
    this.#settling = settling;
    this.#gathered = new Gathered(settling.lastRevision, this.#recent);
    this.#recent.beginPass(!this.#isMuch(settling));
    try {
      await this.#writeSettling(settling);
      this.#trouble = null;
    } catch (error) {
      this.#trouble = error as Error;
      // No room, most likely; commits meet the same trouble and tell it. Nothing is lost, it is tried again.
      settling.absorb(this.#gathered);
      this.#gathered = settling;
    }
    this.#settling = new Gathered(this.#appliedRevision, this.#recent);
    if (this.#trouble !== null) await this.#options.log.giveBackSpares().catch(() => undefined);
  }

  async #writeSettling(settling: Gathered): Promise<void> {
    const { tables, log, commit } = this.#options;
    for (const { items, bytes } of slices(chaptersOf(settling.stretches), ({ encoded }) => encoded.length)) {
      await commit(() => items.forEach((chapter) => tables.writeChapter(chapter)), bytes);
      await nextTurn();
    }
    for (const { items, bytes } of slices(settling.sorted(), ({ entry }) => SCATTERED_RECORD_BYTES + (entry?.value.length ?? 0))) {
      await commit(() => tables.writeCurrent(items), bytes);
      await nextTurn();
    }
    let oldest = 0;
    await commit(() => (oldest = this.#writeEnd(settling)), settling.leases.size * SCATTERED_RECORD_BYTES);
    tables.settleLongKeys();
    this.#appliedRevision = settling.lastRevision;
    // What they name on disk, and not what they could name by now: the log moves on meanwhile.
    await log.release(oldest);
  }

  /** Answers the oldest segment of the log that is still needed. */
  #writeEnd({ leases, lastRevision, sequence }: Gathered): number {
    const { tables, log } = this.#options;
    const oldest = log.oldestBehind(sequence);
    for (const [id, ttlMs] of leases) {
      if (ttlMs === null) tables.removeLease(id);
      else tables.writeLease({ id, ttlMs });
    }
    tables.writeMeta('applied', lastRevision);
    tables.writeMeta('segment', oldest);
    tables.writeMeta('lastSegment', log.lastNumber);
    return oldest;
  }

  #isMuch({ size, bytes }: Gathered): boolean {
    return size >= GATHER_KEYS || bytes >= GATHER_BYTES;
  }
}

/** Each of them one record of the history: few puts, and quickly read again. */
function* chaptersOf(stretches: readonly Stretch[]): Generator<Chapter> {
  const chapter = new ByteWriter();
  let firstRevision: number | null = null;
  for (const stretch of stretches) {
    for (let index = 0; index < countOf(stretch); index++) {
      const [start, end] = [startOf(stretch, index), endOf(stretch, index)];
      if (firstRevision !== null && chapter.length + end - start > CHAPTER_BYTES_MAX) {
        yield { firstRevision, encoded: chapter.take() };
        firstRevision = null;
      }
      firstRevision ??= stretch.firstRevision + index;
      chapter.raw(stretch.bytes.subarray(start, end));
    }
  }
  if (firstRevision !== null) yield { firstRevision, encoded: chapter.take() };
}

/** Neighbours, as many as fit. */
function* slices<Item>(
  items: Iterable<Item>,
  sizeOf: (item: Item) => number,
): Generator<{ readonly items: readonly Item[]; readonly bytes: number }> {
  let slice: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    slice.push(item);
    bytes += sizeOf(item);
    if (bytes < SLICE_BYTES && slice.length < SLICE_ITEMS) continue;
    yield { items: slice, bytes };
    slice = [];
    bytes = 0;
  }
  if (slice.length > 0) yield { items: slice, bytes };
}
