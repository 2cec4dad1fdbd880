/** How a client of HTTP/2 begins, in as many pieces as it likes. */
import { PREFACE } from '@rollcall/wire';
import { Http2Failure } from './failure.js';

export class Preface {
  #left: number = PREFACE.length;

  /** What of a piece stands behind the beginning. Throws for another beginning. */
  behind(chunk: Buffer): Buffer {
    if (this.#left === 0) return chunk;
    const from = PREFACE.length - this.#left;
    const part = chunk.subarray(0, this.#left);
    if (part.toString('latin1') !== PREFACE.slice(from, from + part.length)) {
      throw new Http2Failure('PROTOCOL_ERROR', 'This is not how HTTP/2 begins.');
    }
    this.#left -= part.length;
    return chunk.subarray(part.length);
  }
}
