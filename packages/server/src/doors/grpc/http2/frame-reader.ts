/** Cuts what arrives into the frames of HTTP/2. */
import { FRAME_BYTES_MAX, FRAME_HEAD_BYTES, readUint32 } from '@rollcall/wire';
import { Http2Failure } from './failure.js';

/** `bytes` are views of what arrived. */
export type TakeFrame = (type: number, flags: number, stream: number, bytes: Buffer) => void;

const NOTHING = Buffer.alloc(0);

export class FrameReader {
  readonly #take: TakeFrame;
  #rest: Buffer = NOTHING;

  constructor(take: TakeFrame) {
    this.#take = take;
  }

  /** Throws what the taker throws, and for a frame that is larger than what we take. */
  read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = NOTHING;
    let at = 0;
    while (bytes.length - at >= FRAME_HEAD_BYTES) {
      const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
      if (length > FRAME_BYTES_MAX)
        throw new Http2Failure('FRAME_SIZE_ERROR', `A frame of ${length} bytes is larger than ${FRAME_BYTES_MAX}.`);
      const start = at + FRAME_HEAD_BYTES;
      if (bytes.length - start < length) break;
      at = start + length;
      const stream = readUint32(bytes, start - 4) & 0x7fff_ffff;
      this.#take(bytes[start - 6] as number, bytes[start - 5] as number, stream, bytes.subarray(start, at));
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at);
  }
}
