/**
 * Bytes as text and back, one character per byte. Such text compares (`<`), hashes and sorts exactly as
 * the bytes do, which is all that an ordered map needs of a key.
 */
import type { Bytes } from '../ports/store.js';
import { someBytes } from './some-bytes.js';

/** Arguments that one call may spread: engines allow far more, older ones around 65,000. */
const CHUNK_BYTES = 8_192;

declare const TextDecoder: new (encoding: 'utf-8') => { decode(bytes: Bytes): string };
const decoder = new TextDecoder('utf-8');

export function toText(bytes: Bytes): string {
  // Nearly all keys are plain, and there a decoder says the same in half the time.
  if (isPlain(bytes)) return decoder.decode(bytes);
  if (bytes.length <= CHUNK_BYTES) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) text += toText(bytes.subarray(at, at + CHUNK_BYTES));
  return text;
}

/** The law: `fromText(toText(bytes))` equals `bytes`. Text with characters above 255 is nobody's bytes. */
export function fromText(text: string): Bytes {
  const bytes = someBytes(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * The same text, for who keeps it: one that was put together goes on holding what it was put together from, and what those were
 * cut out of. As `toText` makes them.
 */
export function inOnePiece(text: string): string {
  return toText(fromText(text));
}

/** Negative, zero or positive, as `left` sorts before, with or after `right`. */
export function compareBytes(left: Bytes, right: Bytes): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function isPlain(bytes: Bytes): boolean {
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] as number) > 0x7f) return false;
  return true;
}

/** Negative, zero or positive, as `bytes` sort before, with or after those that `text` stands for. */
export function compareToText(bytes: Bytes, text: string): number {
  const shared = Math.min(bytes.length, text.length);
  for (let at = 0; at < shared; at++) {
    const difference = (bytes[at] as number) - text.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return bytes.length - text.length;
}
