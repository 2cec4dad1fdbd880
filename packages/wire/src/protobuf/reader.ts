/**
 * Reads protobuf messages, field by field, out of bytes that it does not copy. What is not asked for is skipped, so that
 * newer writers are understood. Throws a `RangeError` for what is cut off or is no protobuf at all.
 *
 *     for (let field = reader.next(); field !== 0; field = reader.next()) {
 *       if (field === 1) key = reader.bytes();
 *       else reader.skip();
 *     }
 */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

const VARINT_BYTES_MAX = 10;

/** Messages within messages: those that are meant go ten deep, and those that are not would take all of the stack. */
const DEPTH_MAX = 100;
const LOW_32 = 0x1_0000_0000;
const SIGN_BIT = 0x8000_0000;

/** As far as it is needed here; every platform has it. */
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

const decoder = new TextDecoder();

export class ProtoReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #depth: number;
  #at: number;
  #wireType = VARINT;
  /** Both halves of the varint that was read last: no allocation, and no number above 2^53 on the way. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array, start: number = 0, end: number = bytes.length, depth: number = 0) {
    if (depth > DEPTH_MAX) throw new RangeError(`A protobuf message holds messages within messages, more than ${DEPTH_MAX} deep.`);
    this.#depth = depth;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** The number of the next field; 0 at the end. Its value must be read or skipped before the next. */
  next(): number {
    if (this.#at >= this.#end) return 0;
    this.#varint();
    this.#wireType = this.#low & 7;
    const field = this.#low >>> 3;
    if (field === 0) throw new RangeError('A protobuf field has the number 0.');
    return field;
  }

  /** An int64 that is known to be a safe number: revisions, counts, enums. */
  number(): number {
    this.#expect(VARINT);
    this.#varint();
    return this.#high >= SIGN_BIT ? (this.#high - LOW_32) * LOW_32 + this.#low : this.#high * LOW_32 + this.#low;
  }

  /** As uint64; `BigInt.asIntN(64, …)` makes an int64 of it. */
  bigint(): bigint {
    this.#expect(VARINT);
    this.#varint();
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  bool(): boolean {
    this.#expect(VARINT);
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  /** A view of the bytes that are read from. */
  bytes(): Uint8Array {
    const start = this.#delimited();
    return this.#bytes.subarray(start, this.#at);
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  message<Message>(read: (reader: ProtoReader) => Message): Message {
    const start = this.#delimited();
    return read(new ProtoReader(this.#bytes, start, this.#at, this.#depth + 1));
  }

  /** The numbers of a list that stand in one field; `null` where the field is one number. */
  packed(): ProtoReader | null {
    if (this.#wireType !== BYTES) return null;
    const start = this.#delimited();
    return new ProtoReader(this.#bytes, start, this.#at, this.#depth + 1);
  }

  /** Something is left to be read. */
  get isInside(): boolean {
    return this.#at < this.#end;
  }

  skip(): void {
    switch (this.#wireType) {
      case VARINT:
        return this.#varint();
      case FIXED_64:
        return this.#move(8);
      case BYTES:
        this.#delimited();
        return;
      case FIXED_32:
        return this.#move(4);
      default:
        throw new RangeError(`There is no protobuf wire type ${this.#wireType} any more.`);
    }
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) throw new RangeError(`A protobuf field has the wire type ${this.#wireType} instead of ${wireType}.`);
  }

  /** Answers where the value begins, and stands behind it. */
  #delimited(): number {
    this.#expect(BYTES);
    this.#varint();
    const start = this.#at;
    this.#move(this.#high * LOW_32 + this.#low);
    return start;
  }

  #move(bytes: number): void {
    if (bytes > this.#end - this.#at) throw new RangeError('A protobuf message is cut off.');
    this.#at += bytes;
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      if (this.#at >= this.#end) throw new RangeError('A protobuf message is cut off.');
      const byte = this.#bytes[this.#at++] as number;
      const bits = byte & 0x7f;
      if (count < 4) low |= bits << (7 * count);
      else if (count === 4) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (7 * count - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new RangeError('A protobuf number has more than ten bytes.');
  }
}
