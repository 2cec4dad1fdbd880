/** Text to UTF-8 and back. Both converters are pure, and in every JavaScript runtime. */
import type { Bytes } from '../ports/store.js';

declare const TextEncoder: new () => { encode(text: string): Bytes };
declare const TextDecoder: new (encoding: 'utf-8', options: { readonly fatal: true }) => { decode(bytes: Bytes): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeUtf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Throws for bytes that are no UTF-8. */
export function decodeUtf8(bytes: Bytes): string {
  return decoder.decode(bytes);
}
