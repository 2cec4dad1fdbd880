/** Takes exact pieces from a stream of chunks of any size. */

export class StreamReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes, or `null` if the stream ends before. */
  async take(length: number): Promise<Buffer | null> {
    while (this.#buffer.length < length) if (!(await this.#more())) return null;
    return this.#cut(length);
  }

  /** Up to and with the next line feed, or `null` if none comes within `bytesMax`. */
  async takeLine(bytesMax: number): Promise<Buffer | null> {
    for (;;) {
      const at = this.#buffer.indexOf(0x0a);
      if (at >= 0) return this.#cut(at + 1);
      if (this.#buffer.length > bytesMax || !(await this.#more())) return null;
    }
  }

  #cut(length: number): Buffer {
    const piece = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return piece;
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#buffer, next.value]);
    return true;
  }
}
