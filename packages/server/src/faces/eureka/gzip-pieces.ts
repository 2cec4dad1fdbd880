/**
 * gzip of bodies that are put together from pieces. Each piece is compressed off the loop, once for what it is and what stands
 * before it; a body is then one gzip member around them. (Members in a row would be as right, but there are clients who read only the first.)
 */
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { combinedCrc32 } from './crc32.js';

export interface GzipPiece {
  /** Whole blocks of deflate, none of them the last. */
  readonly deflated: Buffer;
  readonly crc: number;
  readonly bytes: number;
}

const deflated = promisify(deflateRaw);

/** Deflate, no name, no time, whatever system. */
const HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** The last block, with nothing in it. */
const LAST_BLOCK = Buffer.from([3, 0]);

/** What is repeated mostly: what instances have in common. Most of what level 9 gains is had here, for a fraction of the time. */
const LEVEL = 6;

/** Of what stands before a piece: some instances, which are like those in it. More costs more than it gains. */
export const BEFORE_BYTES_MAX: number = 4096;

/** `before`: what the pieces before this one end with, always; what it has in common with that is not said again. */
export async function gzipPiece(plain: Buffer | string, before?: Buffer): Promise<GzipPiece> {
  const bytes = typeof plain === 'string' ? Buffer.from(plain) : plain;
  const dictionary = before === undefined || before.length === 0 ? {} : { dictionary: before };
  const pressed = await deflated(bytes, { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH, ...dictionary });
  return { deflated: pressed, crc: crc32(bytes), bytes: bytes.length };
}

/** A few bytes, as they are: a stored block. */
export function storedPiece(text: string): GzipPiece {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(bytes.length ^ 0xff_ff, 3);
  return { deflated: Buffer.concat([head, bytes]), crc: crc32(bytes), bytes: bytes.length };
}

/** The law: unpacked, it is the pieces in a row. */
export function gzipOf(pieces: readonly GzipPiece[]): Buffer {
  let crc = 0;
  let bytes = 0;
  for (const piece of pieces) {
    crc = combinedCrc32(crc, piece.crc, piece.bytes);
    bytes += piece.bytes;
  }
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc, 0);
  tail.writeUInt32LE(bytes % 2 ** 32, 4);
  return Buffer.concat([HEAD, ...pieces.map((piece) => piece.deflated), LAST_BLOCK, tail]);
}
