/**
 * What an instance alone says of itself, found in the bytes of its record, as `encodeInstanceRecord` writes them: the fields in their
 * order, names of plain letters, numbers without a sign or a fraction. What is written otherwise is not found here, and has to be parsed
 * as a whole. Texts and tables are not made one by one: they are gathered from all records of a page, and parsed at once.
 */
import type { Bytes } from '../ports/store.js';
import { fromText } from '../store/bytes.js';
import type { SharedNames } from '../view/shared-names.js';
import { FORMAT, parseJson } from './record-codec.js';

export interface ScannedOwn {
  /** Gathered is the id, and behind it the host, the metadata and what is kept, each if it is there. */
  readonly hasHost: boolean;
  /** `as-before`: what the one scanned before it says, to the letter, and not gathered. */
  readonly metadata: 'none' | 'as-before' | 'gathered';
  readonly isKept: boolean;
  readonly port: number | null;
  readonly machine: string | null;
  readonly incarnation: number;
  readonly registeredAtMs: number;
  /** Where in the record its own part ends. */
  readonly end: number;
}

const wordId = fromText(`{"format":${FORMAT},"id":`);
const wordHost = fromText(',"host":');
const wordPort = fromText(',"port":');
const wordMachine = fromText(',"machine":');
const wordMetadata = fromText(',"metadata":');
const wordKept = fromText(',"kept":');
const wordIncarnation = fromText(',"incarnation":');
const wordRegisteredAtMs = fromText(',"registeredAtMs":');

const [QUOTE, BACKSLASH, COMMA, LIST_OPENS, LIST_CLOSES, TABLE_OPENS, TABLE_CLOSES] = fromText('"\\,[]{}') as unknown as Signs;
type Signs = readonly [number, number, number, number, number, number, number];
const [FIRST_PLAIN, LAST_PLAIN] = fromText(' ~') as unknown as readonly [number, number];
const ZERO = 0x30;

/** Every number of so many digits is exact. */
const DIGITS_MAX = 15;

/** For a page of ordinary records. */
const ROOM_BYTES = 65_536;
/** What is larger was needed for once, and is given back. */
const KEPT_ROOM_BYTES_MAX: number = 16 * ROOM_BYTES;

const nothing = new Uint8Array();

export class OwnScanner {
  readonly #names: SharedNames;
  #bytes: Bytes = nothing;
  #at = 0;
  /** Whether it is written as it is here, as far as it was looked at. */
  #isUsual = true;
  /** The latest metadata: where they stand, and of the record that is looked at, where those stand. */
  #before: Bytes = nothing;
  #beforeFrom = 0;
  #beforeTo = 0;
  /** What is gathered: a list that is not closed yet. */
  #room: Uint8Array = new Uint8Array(ROOM_BYTES);
  #used = 1;

  constructor(names: SharedNames) {
    this.#names = names;
    this.#room[0] = LIST_OPENS;
  }

  /** `null` for a record that is written otherwise: of that nothing is gathered. */
  scan(record: Bytes): ScannedOwn | null {
    this.#begin(record);
    const used = this.#used;
    this.#must(wordId);
    this.#gatherName();
    const hasHost = this.#is(wordHost);
    if (hasHost) this.#gatherName();
    const port = this.#is(wordPort) ? this.#number() : null;
    const machine = this.#is(wordMachine) ? this.#sharedName() : null;
    const metadataFrom = this.#is(wordMetadata) ? this.#at : 0;
    const metadata = metadataFrom === 0 ? 'none' : this.#metadata();
    const metadataTo = this.#at;
    const isKept = this.#is(wordKept);
    if (isKept) this.#gatherTable();
    this.#must(wordIncarnation);
    const incarnation = this.#number();
    this.#must(wordRegisteredAtMs);
    const registeredAtMs = this.#number();
    if (!this.#isUsual) {
      this.#used = used;
      return null;
    }
    if (metadata === 'gathered') [this.#before, this.#beforeFrom, this.#beforeTo] = [record, metadataFrom, metadataTo];
    return { hasHost, metadata, isKept, port, machine, incarnation, registeredAtMs, end: this.#at };
  }

  /** All that was gathered since the last time, in its order; `null` if it cannot be parsed. */
  gathered(): readonly unknown[] | null {
    const length = Math.max(this.#used, 2);
    this.#room[length - 1] = LIST_CLOSES;
    const gathered = parseJson(this.#room.subarray(0, length)) as readonly unknown[] | null;
    if (this.#room.length > KEPT_ROOM_BYTES_MAX) this.#room = new Uint8Array(ROOM_BYTES);
    this.#room[0] = LIST_OPENS;
    this.#used = 1;
    // Nobody holds a page.
    this.#bytes = this.#before = nothing;
    this.#beforeTo = this.#beforeFrom;
    return gathered;
  }

  #begin(record: Bytes): void {
    this.#bytes = record;
    this.#at = 0;
    this.#isUsual = true;
    // What is gathered of it is shorter than it is, with a comma behind each.
    const needed = this.#used + record.length;
    if (needed <= this.#room.length) return;
    const room = new Uint8Array(2 * needed);
    room.set(this.#room);
    this.#room = room;
  }

  /** Goes past the word, if it stands here. */
  #is(word: Bytes): boolean {
    const [bytes, at] = [this.#bytes, this.#at];
    for (let of = 0; of < word.length; of++) if (bytes[at + of] !== word[of]) return false;
    this.#at = at + word.length;
    return true;
  }

  #must(word: Bytes): void {
    if (!this.#is(word)) this.#isUsual = false;
  }

  #gatherName(): void {
    const from = this.#at;
    if (this.#passName()) this.#gather(from, this.#at);
  }

  #sharedName(): string | null {
    const from = this.#at;
    return this.#passName() ? this.#names.in(this.#bytes, from + 1, this.#at - 1) : null;
  }

  /** A text of plain letters, in which nothing stands for something else. */
  #passName(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at] !== QUOTE) return (this.#isUsual = false);
    for (at++; bytes[at] !== QUOTE; at++) {
      const letter = bytes[at];
      if (letter === undefined || letter < FIRST_PLAIN || letter > LAST_PLAIN || letter === BACKSLASH) return (this.#isUsual = false);
    }
    this.#at = at + 1;
    return true;
  }

  #metadata(): ScannedOwn['metadata'] {
    const [bytes, before, from, length] = [this.#bytes, this.#before, this.#at, this.#beforeTo - this.#beforeFrom];
    let same = 0;
    while (same < length && bytes[from + same] === before[this.#beforeFrom + same]) same++;
    if (same === 0 || same < length) {
      this.#gatherTable();
      return 'gathered';
    }
    this.#at = from + length;
    return 'as-before';
  }

  /** A table of texts, to be looked at when it is parsed: only where it ends has to be known. */
  #gatherTable(): void {
    const [bytes, from] = [this.#bytes, this.#at];
    if (bytes[from] !== TABLE_OPENS) {
      this.#isUsual = false;
      return;
    }
    let isText = false;
    for (let at = from + 1; at < bytes.length; at++) {
      const letter = bytes[at];
      if (letter === QUOTE) isText = !isText;
      else if (letter === BACKSLASH) at++;
      else if (letter === TABLE_CLOSES && !isText) {
        this.#at = at + 1;
        this.#gather(from, this.#at);
        return;
      }
    }
    this.#isUsual = false;
  }

  #number(): number {
    const [bytes, from] = [this.#bytes, this.#at];
    let [at, number] = [from, 0];
    for (; ; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    const digits = at - from;
    if (digits === 0 || digits > DIGITS_MAX || (digits > 1 && bytes[from] === ZERO)) this.#isUsual = false;
    this.#at = at;
    return number;
  }

  #gather(from: number, to: number): void {
    const [bytes, room] = [this.#bytes, this.#room];
    let used = this.#used;
    for (let at = from; at < to; at++) room[used++] = bytes[at] as number;
    room[used++] = COMMA;
    this.#used = used;
  }
}
