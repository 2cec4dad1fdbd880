/**
 * Entries as LMDB shows them one behind the other. A node that starts reads all there are, so each is copied once out of LMDB's own memory,
 * key and record together into a piece that neighbours share, and checked and read where it lies there.
 *
 * lmdb asks for an entry in two steps, one directly behind the other: its key, then its value. Keys alone are asked for too.
 */
import type { Entry, TextRange } from '@rollcall/core';
import type { Database, RangeOptions, RootDatabase } from 'lmdb';
import { CHECKSUM_BYTES, decodeBehindKey } from './codec.js';

/** LMDB's limit with pages of 4 KiB; on machines with larger ones it is higher, but a store may be moved. */
export const KEY_BYTES_MAX: number = 1_978;

/** Records go in, and entries come out where it is walked through: `null` where one is damaged. */
export type WalkedTable = Database<Buffer | Entry | null, Buffer>;

export function openWalked(root: RootDatabase<Buffer, Buffer>, name: string): WalkedTable {
  const { keys: keyEncoder, values: encoder } = new Walk();
  // Its types do not know of key encoders, its documents do.
  const options = { name, encoding: 'binary', cache: false, keyEncoder, encoder } as const;
  return root.openDB<Buffer | Entry | null, Buffer>(options);
}

/**
 * LMDB's bounds for a range. A bound longer than any key of the table lies just behind its own beginning:
 * as a start it leaves that beginning out, as an end it takes it in.
 */
export function walkRange({ from, to }: TextRange): RangeOptions {
  const start = { start: bound(from === '' ? '\0' : from), exclusiveStart: from.length > KEY_BYTES_MAX };
  return to === null ? start : { ...start, end: bound(to), inclusiveEnd: to.length > KEY_BYTES_MAX };
}

function bound(key: string): Buffer {
  return Buffer.from(key.slice(0, KEY_BYTES_MAX), 'latin1');
}

/** Some hundred registrations: enough to forget what a piece costs. An entry that somebody keeps keeps its whole piece. */
const PIECE_BYTES = 64 * 1024;
/** What is larger gets memory of its own. */
const SMALL_BYTES_MAX = PIECE_BYTES / 8;

/** What lmdb calls a key encoder and an encoder; both of one table. */
export class Walk {
  #piece: Buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #used = 0;
  #key: Buffer = this.#piece.subarray(0, 0);
  /** Where in the piece the key begins that was asked for last. */
  #keyAt = 0;

  readonly keys: {
    writeKey(key: Uint8Array, target: Buffer, start: number): number;
    readKey(source: Buffer, start: number, end: number): Buffer;
  } = {
    writeKey: (key, target, start) => {
      target.set(key, start);
      return start + key.length;
    },
    readKey: (source, start, end) => {
      this.#keyAt = this.#roomFor(end - start);
      this.#copy(source, start, end);
      return (this.#key = this.#piece.subarray(this.#keyAt, this.#used));
    },
  };

  readonly values: {
    encode(record: Buffer): Buffer;
    /** `null`: not what was written under this key. */
    decode(source: Buffer, length: number): Entry | null;
  } = {
    encode: (record) => record,
    decode: (source, length) => this.#entry(source, length),
  };

  #entry(source: Buffer, length: number): Entry | null {
    const key = this.#key;
    if (length < CHECKSUM_BYTES) return null;
    const bodyBytes = length - CHECKSUM_BYTES;
    if (this.#used + bodyBytes > this.#piece.length) {
      // The key comes along: both are checked as one.
      this.#keyAt = this.#roomFor(key.length + bodyBytes);
      this.#copy(key, 0, key.length);
    }
    this.#copy(source, CHECKSUM_BYTES, length);
    const both = this.#piece.subarray(this.#keyAt, this.#used);
    return decodeBehindKey(key, both, source.readUInt32BE(0));
  }

  /** Where the next bytes go. */
  #roomFor(length: number): number {
    if (this.#used + length > this.#piece.length) {
      this.#piece = Buffer.allocUnsafeSlow(length > SMALL_BYTES_MAX ? length : PIECE_BYTES);
      this.#used = 0;
    }
    return this.#used;
  }

  #copy(source: Buffer, start: number, end: number): void {
    // lmdb hands out buffers that say to be shorter than they are.
    this.#piece.set(source.subarray(start, end), this.#used);
    this.#used += end - start;
  }
}
