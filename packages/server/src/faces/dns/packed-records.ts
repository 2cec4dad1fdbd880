/**
 * Records laid one behind the other in words of four bytes, each filled up to a whole one: copied word by word, since that is what
 * an answer's time goes into.
 */
import { CLASS_IN } from '@rollcall/wire';

/** What a record has before its data: owner, type, class, time to live, length. */
export const RECORD_HEAD_BYTES = 12;

/** The owner is two bytes, a pointer; that of nearly all is the question's name, behind the header. */
export const QUESTION_POINTER = 0xc00c;

/** What a copy may write behind a record: the filling of its last word. */
export const FILLING_BYTES = 3;

export interface RecordContent {
  readonly type: number;
  readonly ttlSeconds: number;
  readonly data: Uint8Array;
}

/** What may be written to: an answer begins at `start`, and goes on at `at`. */
export interface Room {
  readonly bytes: Uint8Array;
  /** Of the same bytes. */
  readonly view: DataView;
  readonly start: number;
  at: number;
  /** Nothing of the answer may stand from here on. Behind it there is room for the filling. */
  end: number;
}

export class PackedRecords {
  readonly count: number;
  /** Of the smallest of them. */
  readonly bytesMin: number;
  readonly #words: Uint32Array;
  /** In words; one more than there are records. */
  readonly #starts: Uint32Array;
  readonly #bytes: Uint32Array;

  constructor(records: readonly RecordContent[]) {
    this.count = records.length;
    this.#starts = new Uint32Array(records.length + 1);
    this.#bytes = new Uint32Array(records.length);
    let [words, least] = [0, Infinity];
    for (let at = 0; at < records.length; at++) {
      const bytes = RECORD_HEAD_BYTES + (records[at] as RecordContent).data.length;
      words += (bytes + FILLING_BYTES) >> 2;
      if (bytes < least) least = bytes;
      this.#starts[at + 1] = words;
      this.#bytes[at] = bytes;
    }
    this.bytesMin = least;
    this.#words = new Uint32Array(words);
    for (let at = 0; at < records.length; at++) this.#put(this.#starts[at] as number, records[at] as RecordContent);
  }

  bytesOf(record: number): number {
    return this.#bytes[record] as number;
  }

  /** `false` if there is no room for it. */
  copy(record: number, room: Room): boolean {
    const { at, view } = room;
    const next = at + (this.#bytes[record] as number);
    if (next > room.end) return false;
    const words = this.#words;
    const end = this.#starts[record + 1] as number;
    let place = at;
    for (let word = this.#starts[record] as number; word < end; word++) {
      view.setUint32(place, words[word] as number);
      place += 4;
    }
    room.at = next;
    return true;
  }

  #put(start: number, { type, ttlSeconds, data }: RecordContent): void {
    const words = this.#words;
    words[start] = QUESTION_POINTER * 65_536 + type;
    words[start + 1] = CLASS_IN * 65_536 + (ttlSeconds >>> 16);
    words[start + 2] = (ttlSeconds & 0xffff) * 65_536 + data.length;
    for (let at = 0, word = start + 3; at < data.length; at += 4, word++) {
      // What is missing of the last word is 0.
      words[word] = ((data[at] as number) << 24) | ((data[at + 1] ?? 0) << 16) | ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0);
    }
  }
}
