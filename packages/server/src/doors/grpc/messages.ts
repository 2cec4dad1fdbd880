/** gRPC's messages within a stream of bytes: a flag, a length, the message. */
import { GrpcFailure } from '../../shared/grpc-face.js';
import { UNFINISHED_BYTES_MAX } from './limits.js';

const PREFIX_BYTES = 5;

/** What has begun to come and is not whole, of everybody together. */
export interface Unfinished {
  bytes: number;
}

export class MessageReader {
  readonly #bytesMax: number;
  readonly #unfinished: Unfinished;
  #parts: Buffer[] = [];
  #partsBytes = 0;

  constructor(bytesMax: number, unfinished: Unfinished) {
    this.#bytesMax = bytesMax;
    this.#unfinished = unfinished;
  }

  /** Something came of a message that is not whole. */
  get isInside(): boolean {
    return this.#partsBytes > 0;
  }

  /**
   * Whole messages, in order, each with its prefix, as views of what arrived where that is possible. Throws a `GrpcFailure` for one
   * that is too large, before it has come.
   */
  read(bytes: Buffer): readonly Buffer[] {
    // Nearly always: one message, whole.
    if (this.#partsBytes === 0 && bytes.length >= PREFIX_BYTES && bytes.length === this.#lengthOf(bytes)) return [bytes];
    const messages: Buffer[] = [];
    let rest = this.#joined(bytes);
    while (rest !== null && rest.length >= PREFIX_BYTES) {
      const length = this.#lengthOf(rest);
      if (rest.length < length) break;
      messages.push(rest.subarray(0, length));
      rest = rest.length === length ? null : rest.subarray(length);
    }
    if (rest !== null) this.#hold(rest);
    return messages;
  }

  /** What is not whole is not waited for any more. */
  close(): void {
    this.#unfinished.bytes -= this.#partsBytes;
    this.#parts = [];
    this.#partsBytes = 0;
  }

  /** `null` while a message is known not to be whole: then nothing is copied. */
  #joined(bytes: Buffer): Buffer | null {
    if (this.#partsBytes === 0) return bytes;
    const [first] = this.#parts as [Buffer];
    if (first.length >= PREFIX_BYTES && this.#partsBytes + bytes.length < this.#lengthOf(first)) {
      this.#hold(bytes);
      return null;
    }
    const joined = Buffer.concat([...this.#parts, bytes]);
    this.close();
    return joined;
  }

  #hold(bytes: Buffer): void {
    if (this.#unfinished.bytes + bytes.length > UNFINISHED_BYTES_MAX) {
      throw new GrpcFailure('RESOURCE_EXHAUSTED', 'grpc: too many messages have begun to come and are not whole');
    }
    this.#parts.push(bytes);
    this.#partsBytes += bytes.length;
    this.#unfinished.bytes += bytes.length;
  }

  #lengthOf(bytes: Buffer): number {
    const length = bytes.readUInt32BE(1);
    if (length > this.#bytesMax) {
      throw new GrpcFailure('RESOURCE_EXHAUSTED', `grpc: received message larger than max (${length} vs. ${this.#bytesMax})`);
    }
    return PREFIX_BYTES + length;
  }
}

export function isCompressed(message: Buffer): boolean {
  return message[0] !== 0;
}

export function bodyOf(message: Buffer): Buffer {
  return message.subarray(PREFIX_BYTES);
}
