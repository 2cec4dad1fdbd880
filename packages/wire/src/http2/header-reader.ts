/**
 * Reads the headers of HTTP/2 (HPACK, RFC 7541). One reader for each connection: what comes often is written once and then
 * meant by a number, so that every block of headers must be read, in order, also if nobody wants it.
 */
import { readHuffman } from './huffman.js';
import { staticHeaders } from './static-headers.js';

/** Names and values in turns, in their order. */
export type Headers = readonly string[];

/** What RFC 7541 lets everybody use without asking. */
export const TABLE_BYTES_MAX = 4096;
/** What an entry is said to take beside its text. */
const ENTRY_BYTES = 32;

/** Calls that are made again and again have the very same blocks: so many of them are recognized. */
const KNOWN_BLOCKS_MAX = 8;
const KNOWN_BLOCK_BYTES_MAX = 256;

interface KnownBlock {
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

export class HeaderReader {
  readonly #listBytesMax: number;
  /** The latest first. */
  readonly #table: (readonly [name: string, value: string])[] = [];
  #tableBytes = 0;
  #tableBytesMax = TABLE_BYTES_MAX;
  /** Blocks that changed nothing in the table as it is now: what they say stands fast until it changes. */
  readonly #known: KnownBlock[] = [];
  #nextKnown = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** `listBytesMax`: names and values of one block, and 32 bytes for each, as HTTP/2 counts. */
  constructor(listBytesMax: number) {
    this.#listBytesMax = listBytesMax;
  }

  /**
   * `null` for headers that take more than is allowed: they were read, and the connection can go on. Throws a `RangeError` for
   * what cannot be read: then nothing that follows can be.
   */
  read(block: Uint8Array): Headers | null {
    const known = this.#known.find(({ bytes }) => isSame(bytes, block));
    if (known !== undefined) return known.headers;
    const headers: string[] = [];
    let listBytes = 0;
    let changed = false;
    this.#bytes = block;
    this.#at = 0;
    while (this.#at < block.length) {
      const byte = block[this.#at] as number;
      if (byte >= 0x80) {
        const [name, value] = this.#entry(this.#number(0x7f));
        listBytes += name.length + value.length + ENTRY_BYTES;
        if (listBytes <= this.#listBytesMax) headers.push(name, value);
      } else if (byte >= 0x20 && byte < 0x40) {
        if (listBytes > 0) throw new RangeError('The size of the header table is changed in the middle of the headers.');
        this.#resize(this.#number(0x1f));
        changed = true;
      } else {
        const isKept = byte >= 0x40;
        const index = this.#number(isKept ? 0x3f : 0x0f);
        const name = index === 0 ? this.#text() : this.#entry(index)[0];
        const value = this.#text();
        listBytes += name.length + value.length + ENTRY_BYTES;
        if (listBytes <= this.#listBytesMax) headers.push(name, value);
        if (isKept) this.#keep(name, value);
        changed ||= isKept;
      }
    }
    if (changed) this.#known.length = 0;
    else if (listBytes <= this.#listBytesMax) this.#know(block, headers);
    return listBytes <= this.#listBytesMax ? headers : null;
  }

  #know(block: Uint8Array, headers: Headers): void {
    if (block.length > KNOWN_BLOCK_BYTES_MAX) return;
    const known = { bytes: block.slice(), headers };
    if (this.#known.length < KNOWN_BLOCKS_MAX) this.#known.push(known);
    else this.#known[this.#nextKnown++ % KNOWN_BLOCKS_MAX] = known;
  }

  #entry(index: number): readonly [name: string, value: string] {
    const entry = index <= staticHeaders.length ? staticHeaders[index - 1] : this.#table[index - staticHeaders.length - 1];
    if (entry === undefined) throw new RangeError(`There is no header with the number ${index}.`);
    return entry;
  }

  #keep(name: string, value: string): void {
    this.#table.unshift([name, value]);
    this.#tableBytes += name.length + value.length + ENTRY_BYTES;
    this.#evict();
  }

  #resize(bytes: number): void {
    if (bytes > TABLE_BYTES_MAX) throw new RangeError(`A header table of ${bytes} bytes was not offered.`);
    this.#tableBytesMax = bytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#tableBytesMax) {
      const [name, value] = this.#table.pop() as readonly [string, string];
      this.#tableBytes -= name.length + value.length + ENTRY_BYTES;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('The headers are cut off.');
    return byte;
  }

  /** A number that begins in the lower bits of the byte here. */
  #number(mask: number): number {
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let factor = 1; ; factor *= 0x80) {
      // Nothing that is meant is as large as that.
      if (factor > 0x20_0000) throw new RangeError('A number in the headers is too large.');
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  #text(): string {
    const isHuffman = (this.#bytes[this.#at] ?? 0) >= 0x80;
    const length = this.#number(0x7f);
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new RangeError('The headers are cut off.');
    this.#at += length;
    return isHuffman ? readHuffman(this.#bytes, start, this.#at) : latin1(this.#bytes, start, this.#at);
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = one.length - 1; at >= 0; at--) if (one[at] !== other[at]) return false;
  return true;
}
