/** Writes numbers and byte strings one behind the other, into a buffer that grows. Numbers are big-endian. */

const INITIAL_BYTES = 512;
/** A buffer that grew beyond this for once is not kept. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

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
    const buffer = this.#room(8);
    buffer.writeUInt32BE(Math.floor(value / 2 ** 32), this.#length);
    this.#length = buffer.writeUInt32BE(value % 2 ** 32, this.#length + 4);
    return this;
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
    return this.uint32(value.length).raw(value);
  }

  raw(value: Uint8Array): this {
    this.#room(value.length).set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** Over what was written there. */
  rewriteUint32(value: number, at: number): void {
    this.#buffer.writeUInt32BE(value, at);
  }

  /** What was written from there on; good until more is written. */
  since(at: number): Buffer {
    return this.#buffer.subarray(at, this.#length);
  }

  /** Forgets what was written from there on. */
  truncate(at: number): void {
    this.#length = at;
  }

  clear(): void {
    this.#length = 0;
    if (this.#buffer.length > KEPT_BYTES_MAX) this.#buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  }

  /** What was written, as a buffer of its own; the writer begins anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.#length);
    this.#buffer.copy(taken, 0, 0, this.#length);
    this.clear();
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
