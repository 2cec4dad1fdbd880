/** Writes numbers and byte strings one behind the other, into a buffer that grows. Numbers are big-endian. */

const INITIAL_BYTES = 512;

export class ByteWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  /** How much has been written since the last `take`. */
  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    this.#length = this.#room(1).writeUInt8(value, this.#length);
    return this;
  }

  uint32(value: number): this {
    this.#length = this.#room(4).writeUInt32BE(value, this.#length);
    return this;
  }

  /** A whole number up to 2^53 - 1, in eight bytes. */
  count(value: number): this {
    return this.uint32(Math.floor(value / 2 ** 32)).uint32(value % 2 ** 32);
  }

  lease(value: bigint): this {
    if (value === 0n) return this.uint32(0).uint32(0);
    this.#length = this.#room(8).writeBigInt64BE(value, this.#length);
    return this;
  }

  zeros(count: number): this {
    this.#room(count).fill(0, this.#length, this.#length + count);
    this.#length += count;
    return this;
  }

  /** With its length in front. */
  bytes(value: Uint8Array): this {
    this.uint32(value.length);
    this.#room(value.length).set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** What was written, as a buffer of its own; the writer begins anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.#length);
    this.#buffer.copy(taken, 0, 0, this.#length);
    this.#length = 0;
    return taken;
  }

  #room(bytes: number): Buffer {
    if (this.#length + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}
