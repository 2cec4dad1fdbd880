/**
 * A piece of a stream, encoded once for everybody who is to have it. HTTP/1.1 wants pieces with their length in
 * front, HTTP/1.0 wants them bare: one stretch of memory holds both.
 */
import { joined } from './joined.js';

export interface Frame {
  readonly chunked: Buffer;
  readonly plain: Buffer;
}

const LINE_END = '\r\n';

/** The pieces are joined. At least one must hold something: an empty chunk would end the stream. */
export function frameOf(pieces: readonly (Buffer | string)[]): Frame {
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const head = Buffer.from(`${length.toString(16)}${LINE_END}`);
  const chunked = joined([head, ...pieces, LINE_END]);
  return { chunked, plain: chunked.subarray(head.length, head.length + length) };
}
