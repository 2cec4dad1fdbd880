/**
 * Carries what commits wrote from the history into the current table, at leisure.
 *
 * A commit is durable when its revision stands in the history: one append, beside those of all who commit
 * at the same moment. The current table is only an index of the latest value of each key, and to write
 * it at once would cost a page of its own for nearly every key. So changes gather in memory, and every
 * now and then all of them go into the table in the order of their keys, many to a page. After a crash
 * the history tells again what the table missed.
 */
import { emptyLayer, keyOf, overlay, toText, type Clock, type Layer, type Reader, type RevisionBatch } from '@rollcall/core';
import { nextTurn } from '../../shared/turn.js';
import { SCATTERED_RECORD_BYTES } from './room.js';
import type { Tables } from './tables.js';

/** So many changed keys make it worth while. At some hundred bytes each they cost a few megabytes. */
const GATHER_KEYS = 16_384;
/** Few changes are carried over after this long. */
const GATHER_MS = 1_000;
/** A pass is cut into slices, so that commits never wait long behind one. */
const SLICE_KEYS = 512;
const SLICES_MAX = 32;

export interface CheckpointOptions {
  readonly tables: Tables;
  readonly clock: Clock;
  /** Writes in one transaction, when all that was to be written before is. */
  readonly commit: (write: () => void, bytes: number) => Promise<void>;
}

export class Checkpoint {
  readonly #options: CheckpointOptions;
  /** On its way into the table; stays in front of the table until it is all there. */
  #settling: Layer = emptyLayer();
  #gathered: Layer = emptyLayer();
  #gatheredTo: number;
  #appliedRevision: number;
  #reader: Reader;
  #cancelTimer: (() => void) | null = null;
  #pass: Promise<void> | null = null;
  #closed = false;

  constructor(options: CheckpointOptions, appliedRevision: number) {
    this.#options = options;
    this.#appliedRevision = appliedRevision;
    this.#gatheredTo = appliedRevision;
    this.#reader = options.tables.reader;
  }

  /** Everything up to here is in the table; of the rest, the history is the only witness. */
  get appliedRevision(): number {
    return this.#appliedRevision;
  }

  /** The table, and in front of it what it misses. */
  get reader(): Reader {
    return this.#reader;
  }

  /** The keys that the table may be wrong about. */
  *keys(): Generator<string> {
    for (const layer of [this.#settling, this.#gathered]) yield* layer.keys({ from: '', to: null });
  }

  /** Durable revisions, in order. */
  gather(batches: readonly RevisionBatch[]): void {
    for (const batch of batches) {
      for (const change of batch.changes) this.#gathered.set(toText(keyOf(change)), change.type === 'put' ? change.entry : null);
      this.#gatheredTo = batch.revision;
    }
    this.#arrangeReader();
    if (this.#gathered.size >= GATHER_KEYS) void this.#start();
    else if (this.#gathered.size > 0) this.#startLater();
  }

  /** Tries once more to carry everything over, and stops. What can't be carried over is still in the history. */
  async close(): Promise<void> {
    await this.#pass;
    await this.#start();
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #startLater(): void {
    if (this.#closed || this.#cancelTimer !== null) return;
    this.#cancelTimer = this.#options.clock.after(GATHER_MS, () => {
      this.#cancelTimer = null;
      void this.#start();
    });
  }

  #start(): Promise<void> {
    if (this.#closed || this.#gathered.size === 0) return Promise.resolve();
    this.#pass ??= this.#carryOver().finally(() => {
      this.#pass = null;
      if (this.#gathered.size > 0) this.#startLater();
    });
    return this.#pass;
  }

  async #carryOver(): Promise<void> {
    const { tables, commit } = this.#options;
    const revision = this.#gatheredTo;
    this.#settling = this.#gathered;
    this.#gathered = emptyLayer();
    this.#arrangeReader();
    try {
      for (const slice of slices(this.#settling)) {
        const entries = slice.map((key) => this.#settling.get(key) ?? null);
        const write = (): void => slice.forEach((key, at) => tables.writeCurrent(key, entries[at] ?? null));
        await commit(
          write,
          entries.reduce((sum, entry) => sum + SCATTERED_RECORD_BYTES + (entry?.value.length ?? 0), 0),
        );
        await nextTurn();
      }
      await commit(() => tables.writeMeta('applied', revision), 0);
      tables.settleLongKeys(this.#settling);
      this.#appliedRevision = revision;
      this.#settling = emptyLayer();
    } catch {
      // No room, most likely; commits meet the same trouble and tell it. Nothing is lost, it is tried again.
      this.#takeBack();
    }
    this.#arrangeReader();
  }

  #takeBack(): void {
    for (const key of this.#gathered.keys({ from: '', to: null })) this.#settling.set(key, this.#gathered.get(key) ?? null);
    this.#gathered = this.#settling;
    this.#settling = emptyLayer();
  }

  #arrangeReader(): void {
    const { tables } = this.#options;
    const settled = this.#settling.size === 0 ? tables.reader : overlay(this.#settling, tables.reader);
    this.#reader = this.#gathered.size === 0 ? settled : overlay(this.#gathered, settled);
  }
}

/** Neighbouring keys, which share pages. */
function* slices(layer: Layer): Generator<readonly string[]> {
  const keys = [...layer.keys({ from: '', to: null })];
  const size = Math.max(SLICE_KEYS, Math.ceil(keys.length / SLICES_MAX));
  for (let at = 0; at < keys.length; at += size) yield keys.slice(at, at + size);
}
