/**
 * Names as DNS carries them: labels of at most 63 bytes, each behind its length, the root's empty one last. Any byte may
 * stand in a label (RFC 2181); what is text of it is one byte per character.
 */
export const LABEL_BYTES_MAX = 63;
export const NAME_BYTES_MAX = 255;

/** Uncompressed, with the root at its end. */
export type WireName = Uint8Array;

/** A label that is a pointer to an earlier place has the two upper bits. */
const POINTER = 0xc0;
/** More than a name has labels: who writes more wants to keep a reader busy. */
const POINTERS_MAX = 127;
const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** `undefined` where a label is empty or too long, or all of them are. */
export function nameOf(labels: readonly Uint8Array[]): WireName | undefined {
  let length = 1;
  for (const label of labels) {
    if (label.length === 0 || label.length > LABEL_BYTES_MAX) return undefined;
    length += 1 + label.length;
  }
  if (length > NAME_BYTES_MAX) return undefined;
  const name = new Uint8Array(length);
  let at = 0;
  for (const label of labels) {
    name[at++] = label.length;
    name.set(label, at);
    at += label.length;
  }
  return name;
}

/** As people write it: dots between labels, with or without one at the end; `\.` and `\065` for bytes that mean something else. */
export function parseName(text: string): WireName | undefined {
  if (text === '.' || text === '') return Uint8Array.of(0);
  const labels: number[][] = [[]];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const label = labels.at(-1) as number[];
    if (code > 0xff) return undefined;
    if (code === DOT) {
      if (at < text.length - 1) labels.push([]);
    } else if (code === BACKSLASH) {
      const decimal = /^\d{3}/.exec(text.slice(at + 1, at + 4))?.[0];
      const byte = decimal === undefined ? text.charCodeAt(at + 1) : Number(decimal);
      if (!(byte <= 0xff)) return undefined;
      label.push(byte);
      at += decimal === undefined ? 1 : 3;
    } else label.push(code);
  }
  return nameOf(labels.map((label) => Uint8Array.from(label)));
}

/** With a dot at its end; the inverse of `parseName`. */
export function formatName(name: WireName): string {
  if (name[0] === 0) return '.';
  return labelsOf(name)
    .map((label) => `${formatLabel(label)}.`)
    .join('');
}

export function labelsOf(name: WireName): readonly Uint8Array[] {
  const labels: Uint8Array[] = [];
  for (let at = 0; (name[at] ?? 0) > 0; at += 1 + (name[at] as number)) labels.push(name.subarray(at + 1, at + 1 + (name[at] as number)));
  return labels;
}

function formatLabel(label: Uint8Array): string {
  return Array.from(label, (byte) => {
    if (byte <= 0x20 || byte >= 0x7f) return `\\${String(byte).padStart(3, '0')}`;
    const character = String.fromCharCode(byte);
    return /[.\\"();@$]/.test(character) ? `\\${character}` : character;
  }).join('');
}

/** Letters of ASCII as small ones: what names are compared by (RFC 4343). The lengths of labels are below them all. */
export function foldByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Where the uncompressed name at `at` ends; -1 if there is none. */
export function plainNameEnd(bytes: Uint8Array, at: number, end: number): number {
  let place = at;
  while (place < end) {
    const length = bytes[place] as number;
    if (length === 0) return place + 1 - at > NAME_BYTES_MAX ? -1 : place + 1;
    if (length > LABEL_BYTES_MAX) return -1;
    place += 1 + length;
  }
  return -1;
}

/** Where the name at `at` ends, pointers not followed; -1 if there is none. */
export function nameEnd(bytes: Uint8Array, at: number, end: number): number {
  let place = at;
  while (place < end) {
    const length = bytes[place] as number;
    if (length === 0) return place + 1;
    if (length >= POINTER) return place + 2 <= end ? place + 2 : -1;
    if (length > LABEL_BYTES_MAX) return -1;
    place += 1 + length;
  }
  return -1;
}

/** The name at `at`, with what its pointers point to. These lead backwards only, so there is an end to them. */
export function readName(bytes: Uint8Array, at: number): { readonly name: WireName; readonly end: number } | undefined {
  const labels: Uint8Array[] = [];
  let [place, before, end, length] = [at, at, -1, 1];
  let pointers = 0;
  for (;;) {
    const size = bytes[place];
    if (size === undefined) return undefined;
    if (size === 0) break;
    if (size >= POINTER) {
      const low = bytes[place + 1];
      if (low === undefined) return undefined;
      if (end < 0) end = place + 2;
      place = (size - POINTER) * 256 + low;
      if (place >= before || ++pointers > POINTERS_MAX) return undefined;
      before = place;
      continue;
    }
    length += 1 + size;
    if (size > LABEL_BYTES_MAX || length > NAME_BYTES_MAX || place + 1 + size > bytes.length) return undefined;
    labels.push(bytes.subarray(place + 1, place + 1 + size));
    place += 1 + size;
  }
  const name = nameOf(labels);
  return name && { name, end: end < 0 ? place + 1 : end };
}
