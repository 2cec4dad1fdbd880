/**
 * Writes a message into bytes that are lent, up to a limit. What does not fit is left out whole, and whoever writes is told.
 * Names are compressed against those that stand in the message already, byte for byte, so that nobody's case changes.
 */
import { CLASS_IN, HEADER_BYTES, recordTypes } from './codes.js';
import { LABEL_BYTES_MAX, type WireName } from './name.js';

/** Further back than a pointer of 14 bits can say. */
const POINTED_MAX = 0x3fff;

export class DnsWriter {
  readonly #bytes: Uint8Array;
  readonly #limit: number;
  readonly #places = new Map<string, number>();
  readonly #counts = [0, 0, 0, 0];
  #at = HEADER_BYTES;
  #overflown = false;

  constructor(bytes: Uint8Array, limit: number = bytes.length) {
    this.#bytes = bytes;
    this.#limit = Math.min(limit, bytes.length);
  }

  /** Ends it: what was written, in the bytes that were lent. */
  finish(id: number, flags: number): Uint8Array {
    for (const [at, value] of [id, flags, ...this.#counts].entries()) this.#patch(at * 2, value);
    return this.#bytes.subarray(0, this.#at);
  }

  question(name: WireName, type: number, klass: number = CLASS_IN): boolean {
    return this.#whole(0, () => {
      this.name(name);
      this.u16(type);
      this.u16(klass);
    });
  }

  /** `data` writes what the record holds. `false`: it did not fit, and nothing of it was written. */
  record(section: Section, { name, type, class: klass = CLASS_IN, ttl }: RecordHead, data: (writer: this) => void): boolean {
    return this.#whole(sections.indexOf(section) + 1, () => {
      this.name(name);
      this.u16(type);
      this.u16(klass);
      this.u32(ttl);
      const start = this.#at;
      this.u16(0);
      data(this);
      if (!this.#overflown) this.#patch(start, this.#at - start - 2);
    });
  }

  opt({ udpBytes, rcode = 0, version = 0, dnssec = false, options = [] }: OptRecord): boolean {
    const ttl = ((rcode >> 4) * 256 + version) * 65_536 + (dnssec ? 0x8000 : 0);
    return this.record('additional', { name: ROOT, type: recordTypes.OPT, class: udpBytes, ttl }, () => {
      for (const { code, data } of options) {
        this.u16(code);
        this.u16(data.length);
        this.bytes(data);
      }
    });
  }

  name(name: WireName): void {
    let at = 0;
    while ((name[at] as number) > 0) {
      const rest = keyOf(name, at);
      const known = this.#places.get(rest);
      if (known !== undefined) return this.u16(0xc000 + known);
      if (this.#at <= POINTED_MAX && !this.#overflown) this.#places.set(rest, this.#at);
      const length = Math.min(name[at] as number, LABEL_BYTES_MAX);
      this.bytes(name.subarray(at, at + 1 + length));
      at += 1 + length;
    }
    this.u8(0);
  }

  /** As it is: what RFC 2782 and RFC 3597 demand of names in newer records. */
  plainName(name: WireName): void {
    this.bytes(name);
  }

  u8(value: number): void {
    if (this.#hasRoom(1)) this.#bytes[this.#at++] = value;
  }

  u16(value: number): void {
    if (!this.#hasRoom(2)) return;
    this.#patch(this.#at, value);
    this.#at += 2;
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  bytes(value: Uint8Array): void {
    if (!this.#hasRoom(value.length)) return;
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Texts of at most 255 bytes, each behind its length, as TXT has them. */
  strings(values: readonly Uint8Array[]): void {
    for (const value of values) {
      this.u8(value.length);
      this.bytes(value);
    }
  }

  #whole(count: number, write: () => void): boolean {
    const start = this.#at;
    write();
    if (!this.#overflown) {
      this.#counts[count] = (this.#counts[count] as number) + 1;
      return true;
    }
    this.#overflown = false;
    this.#at = start;
    for (const [rest, place] of this.#places) if (place >= start) this.#places.delete(rest);
    return false;
  }

  #hasRoom(bytes: number): boolean {
    if (this.#at + bytes > this.#limit) this.#overflown = true;
    return !this.#overflown;
  }

  #patch(at: number, value: number): void {
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value & 0xff;
  }
}

const sections = ['answer', 'authority', 'additional'] as const;

export type Section = (typeof sections)[number];

export interface RecordHead {
  readonly name: WireName;
  readonly type: number;
  readonly class?: number;
  readonly ttl: number;
}

export interface OptRecord {
  /** What the sender can receive. */
  readonly udpBytes: number;
  /** Its upper bits; the lower ones stand in the header. */
  readonly rcode?: number;
  readonly version?: number;
  readonly dnssec?: boolean;
  readonly options?: readonly { readonly code: number; readonly data: Uint8Array }[];
}

const ROOT = Uint8Array.of(0);

function keyOf(name: WireName, from: number): string {
  let key = '';
  for (let at = from; at < name.length; at++) key += String.fromCharCode(name[at] as number);
  return key;
}
