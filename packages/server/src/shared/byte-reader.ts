/** Reads what a ByteWriter wrote. Reading past the end throws a RangeError: the bytes are not what they claim to be. */

export class ByteReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer;
    this.#at = at;
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#buffer.length;
  }

  byte(): number {
    return this.#buffer.readUInt8(this.#step(1));
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#step(4));
  }

  count(): number {
    return this.uint32() * 2 ** 32 + this.uint32();
  }

  lease(): bigint {
    const at = this.#step(8);
    // Nearly always none: not to make a new number for it.
    return this.#buffer.readUInt32BE(at) === 0 && this.#buffer.readUInt32BE(at + 4) === 0 ? 0n : this.#buffer.readBigInt64BE(at);
  }

  /** Shares memory with what is read from. */
  bytes(): Buffer {
    const length = this.uint32();
    const start = this.#step(length);
    if (this.#at > this.#buffer.length) throw new RangeError(`${length} bytes were announced, ${this.#buffer.length - start} are there`);
    return this.#buffer.subarray(start, this.#at);
  }

  #step(length: number): number {
    const start = this.#at;
    this.#at += length;
    return start;
  }
}
