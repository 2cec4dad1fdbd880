/**
 * Writes protobuf messages. Fields with the value that proto3 takes for granted (0, false, empty) are left out;
 * the `chosen…` forms write them too, because in a `oneof` a field that is left out was not chosen.
 */
const VARINT = 0;
const BYTES = 2;

/** Most messages fit: then there is one allocation, of exactly the size that is needed. */
const SCRATCH_BYTES = 64 * 1024;
const LOW_32 = 0x1_0000_0000;

/** As far as it is needed here; every platform has it. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

const encoder = new TextEncoder();

const NOTHING = new Uint8Array(0);

/** Lent to one writer at a time. */
let scratch: Uint8Array | null = null;

export class ProtoWriter {
  #bytes: Uint8Array;
  #at = 0;

  constructor() {
    // Whoever begins another message while this one is being written gets a scratch of his own.
    this.#bytes = scratch ?? new Uint8Array(SCRATCH_BYTES);
    scratch = null;
  }

  /** What was written, as bytes of its own. Nothing can be written afterwards. */
  finish(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#at);
    if (this.#bytes.length === SCRATCH_BYTES) scratch = this.#bytes;
    this.#bytes = NOTHING;
    return bytes;
  }

  /** A whole number of at most 53 bits. */
  number(field: number, value: number): this {
    return value === 0 ? this : this.chosenNumber(field, value);
  }

  chosenNumber(field: number, value: number): this {
    if (value < 0) return this.chosenBigint(field, BigInt(value));
    this.#tag(field, VARINT);
    this.#varint(value);
    return this;
  }

  /** Any 64-bit number; a negative one as its two's complement, as protobuf's int64 has it. */
  bigint(field: number, value: bigint): this {
    return value === 0n ? this : this.chosenBigint(field, value);
  }

  chosenBigint(field: number, value: bigint): this {
    this.#tag(field, VARINT);
    // Halves, because every step with a bigint makes a new one.
    let low = Number(BigInt.asUintN(32, value));
    let high = Number(BigInt.asUintN(32, value >> 32n));
    while (high > 0 || low > 0x7f) {
      this.#byte((low & 0x7f) | 0x80);
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#byte(low);
    return this;
  }

  bool(field: number, value: boolean): this {
    return value ? this.chosenNumber(field, 1) : this;
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.chosenBytes(field, value);
  }

  chosenBytes(field: number, value: Uint8Array): this {
    this.#tag(field, BYTES);
    this.#varint(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  chosenText(field: number, value: string): this {
    return this.chosenBytes(field, encoder.encode(value));
  }

  /** Fields that were written before, as bytes. */
  written(fields: Uint8Array): this {
    this.#room(fields.length);
    this.#bytes.set(fields, this.#at);
    this.#at += fields.length;
    return this;
  }

  /** A message within, written also if it is empty: an element of a list, or one that was chosen. */
  message(field: number, write: (writer: ProtoWriter) => void): this {
    this.#tag(field, BYTES);
    const start = this.#at;
    write(this);
    const length = this.#at - start;
    // Its length stands before it and is known only now: what was written moves up by as much as the length takes.
    const taken = varintBytes(length);
    this.#room(taken);
    this.#bytes.copyWithin(start + taken, start, this.#at);
    this.#at = start;
    this.#varint(length);
    this.#at += length;
    return this;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    let rest = value;
    // Shifts know 32 bits only; what lies above them is divided.
    while (rest >= LOW_32) {
      this.#byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  #room(bytes: number): void {
    const wanted = this.#at + bytes;
    if (wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
