/** Headers of HTTP/2 as they come: in one frame, or in several that nothing else may stand between. */
import { frameFlag, type HeaderReader, type Headers } from '@rollcall/wire';
import { Http2Failure } from './failure.js';
import { HEADER_BLOCK_BYTES_MAX } from './limits.js';

export interface WholeHeaders {
  readonly stream: number;
  /** `null`: larger than is allowed. */
  readonly headers: Headers | null;
  /** Nothing follows on the stream. */
  readonly isLast: boolean;
}

const PRIORITY_BYTES = 5;

export class HeaderBlocks {
  readonly #reader: HeaderReader;
  #open: { readonly stream: number; readonly isLast: boolean; readonly parts: Buffer[]; bytes: number } | null = null;

  constructor(reader: HeaderReader) {
    this.#reader = reader;
  }

  /** More of them must follow. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  get stream(): number {
    return this.#open?.stream ?? 0;
  }

  begin(flags: number, stream: number, frame: Buffer): WholeHeaders | null {
    if (stream === 0) throw new Http2Failure('PROTOCOL_ERROR', 'The connection has no headers.');
    const bytes = unpadded(flags, frame);
    const from = (flags & frameFlag.PRIORITY) === 0 ? 0 : PRIORITY_BYTES;
    if (bytes.length < from) throw new Http2Failure('FRAME_SIZE_ERROR', 'The headers are cut off.');
    if (from > 0 && (bytes.readUInt32BE(0) & 0x7fff_ffff) === stream) {
      throw new Http2Failure('PROTOCOL_ERROR', 'A stream cannot depend on itself.');
    }
    const isLast = (flags & frameFlag.END_STREAM) !== 0;
    const block = bytes.subarray(from);
    if ((flags & frameFlag.END_HEADERS) !== 0) return this.#whole(stream, isLast, block);
    this.#open = { stream, isLast, parts: [block], bytes: block.length };
    return null;
  }

  goOn(flags: number, _stream: number, bytes: Buffer): WholeHeaders | null {
    const open = this.#open;
    if (open === null) throw new Http2Failure('PROTOCOL_ERROR', 'Headers are continued that never began.');
    open.bytes += bytes.length;
    if (open.bytes > HEADER_BLOCK_BYTES_MAX || (bytes.length === 0 && (flags & frameFlag.END_HEADERS) === 0)) {
      throw new Http2Failure(
        'ENHANCE_YOUR_CALM',
        `Headers of more than ${HEADER_BLOCK_BYTES_MAX} bytes, or in empty pieces, are not read.`,
      );
    }
    open.parts.push(bytes);
    if ((flags & frameFlag.END_HEADERS) === 0) return null;
    this.#open = null;
    return this.#whole(open.stream, open.isLast, Buffer.concat(open.parts));
  }

  #whole(stream: number, isLast: boolean, block: Buffer): WholeHeaders {
    try {
      return { stream, isLast, headers: this.#reader.read(block) };
    } catch (error) {
      throw new Http2Failure('COMPRESSION_ERROR', (error as Error).message);
    }
  }
}

/** What stands in a frame without its padding. */
export function unpadded(flags: number, frame: Buffer): Buffer {
  if ((flags & frameFlag.PADDED) === 0) return frame;
  const padding = frame[0];
  if (padding === undefined || padding >= frame.length) throw new Http2Failure('PROTOCOL_ERROR', 'A frame is nothing but padding.');
  return frame.subarray(1, frame.length - padding);
}
