/** Text to UTF-8 and back. Both converters are pure, and in every JavaScript runtime. */
import type { Bytes } from '../ports/store.js';
import { filledBytes } from '../store/some-bytes.js';

declare const TextEncoder: new () => {
  encodeInto(text: string, room: Bytes): { readonly written: number };
};
declare const TextDecoder: new (encoding: 'utf-8', options: { readonly fatal: true }) => { decode(bytes: Bytes): string };

/** What one unit of a text takes at most. */
const UNIT_BYTES_MAX = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeUtf8(text: string): Bytes {
  return filledBytes(text.length * UNIT_BYTES_MAX, (room) => encoder.encodeInto(text, room).written);
}

/** Throws for bytes that are no UTF-8. */
export function decodeUtf8(bytes: Bytes): string {
  return decoder.decode(bytes);
}
