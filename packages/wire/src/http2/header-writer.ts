/** Writes the headers of HTTP/2 as they are, without a table: what is sent again and again is written once and kept as bytes. */
import { staticHeaders } from './static-headers.js';

/** Names, in small letters, and values, each of characters below 256. */
export function writeHeaders(headers: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [name, value] of headers) {
    const same = staticHeaders.findIndex(([known, like]) => known === name && like === value) + 1;
    if (same > 0) {
      bytes.push(0x80 | same);
      continue;
    }
    const named = staticHeaders.findIndex(([known]) => known === name) + 1;
    writeNumber(bytes, 0x00, 0x0f, named);
    if (named === 0) writeText(bytes, name);
    writeText(bytes, value);
  }
  return Uint8Array.from(bytes);
}

function writeText(bytes: number[], text: string): void {
  writeNumber(bytes, 0x00, 0x7f, text.length);
  for (let at = 0; at < text.length; at++) bytes.push(text.charCodeAt(at));
}

function writeNumber(bytes: number[], flags: number, mask: number, value: number): void {
  if (value < mask) return void bytes.push(flags | value);
  bytes.push(flags | mask);
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}
