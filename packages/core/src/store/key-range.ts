/**
 * Ranges of keys: `[from, to)`, where a `to` of `null` means the end of the keyspace. A range that ends
 * before it begins is empty, as etcd has it.
 */
import type { Bytes, KeyRange } from '../ports/store.js';
import { compareBytes, compareToText, fromText, toText } from './bytes.js';
import { someBytes } from './some-bytes.js';

/** A range over text keys (see bytes.ts), for those who keep their keys so. */
export interface TextRange {
  readonly from: string;
  readonly to: string | null;
}

/** Exactly this key: nothing sorts between a key and the same key with a zero behind it. */
export function singleKey(key: Bytes): SingleKey {
  return new SingleKey(key, null);
}

/** The same of a key whose text (see bytes.ts) is there already. */
export function singleTextKey(text: string): SingleKey {
  return new SingleKey(null, text);
}

/** As bytes and as text: each is made when somebody first asks for it. Most keys of conditions are never asked for their bytes. */
export class SingleKey implements KeyRange {
  #from: Bytes | null;
  #text: string | null;
  #to: Bytes | null = null;

  constructor(key: Bytes | null, text: string | null) {
    this.#from = key;
    this.#text = text;
  }

  get from(): Bytes {
    return (this.#from ??= fromText(this.#text ?? ''));
  }

  get text(): string {
    return (this.#text ??= toText(this.from));
  }

  /** In bytes. */
  get length(): number {
    return (this.#text ?? this.from).length;
  }

  get to(): Bytes {
    return (this.#to ??= withZeroBehind(this.from));
  }
}

function withZeroBehind(key: Bytes): Bytes {
  const bytes = someBytes(key.length + 1);
  bytes.set(key);
  bytes[key.length] = 0;
  return bytes;
}

/** Every key that begins with `prefix`; all keys if it is empty. */
export function keysUnder(prefix: Bytes): KeyRange {
  // The first key behind the prefix is its last byte that can grow, grown. A prefix of 0xff only has no such end.
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return { from: prefix, to: null };
  // Not `slice`: a Buffer's shares its memory.
  const to = Uint8Array.from(prefix.subarray(0, length));
  to[length - 1] = (to[length - 1] ?? 0) + 1;
  return { from: prefix, to };
}

/** From the first key of several ranges to the last, with what lies between. */
export function hullOf(ranges: readonly KeyRange[]): KeyRange {
  return ranges.reduce((hull, { from, to }) => ({
    from: compareBytes(from, hull.from) < 0 ? from : hull.from,
    to: to === null || hull.to === null ? null : compareBytes(to, hull.to) > 0 ? to : hull.to,
  }));
}

export const allKeys: KeyRange = { from: new Uint8Array(0), to: null };

export function isSingleKey(range: KeyRange): boolean {
  if (range instanceof SingleKey) return true;
  const { from, to } = range;
  if (to === null || to.length !== from.length + 1 || to[from.length] !== 0) return false;
  for (let at = 0; at < from.length; at++) if (from[at] !== to[at]) return false;
  return true;
}

/** The text of the key that a range is exactly; `null` for every other range. */
export function singleKeyText(range: KeyRange): string | null {
  if (range instanceof SingleKey) return range.text;
  return isSingleKey(range) ? toText(range.from) : null;
}

export function toTextRange(range: KeyRange): TextRange {
  return { from: toText(range.from), to: range.to === null ? null : toText(range.to) };
}

export function textRangeHolds(range: TextRange, key: string): boolean {
  return key >= range.from && (range.to === null || key < range.to);
}

/** The same of a key as bytes, without making a text of it. */
export function textRangeHoldsBytes(range: TextRange, key: Bytes): boolean {
  return compareToText(key, range.from) >= 0 && (range.to === null || compareToText(key, range.to) < 0);
}
