/**
 * One file of the write-ahead log: a sector that says which segment it is, then frames.
 *
 * It is made of zeros in its full size and used again for later segments, so that an append changes nothing about
 * the file but its content, and one synchronous write makes it durable.
 */
import { constants, write } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ByteReader } from '../../shared/byte-reader.js';
import { ByteWriter } from '../../shared/byte-writer.js';
import { crc32 } from 'node:zlib';
import { syncDirectory } from './new-file.js';
import { checkRoom } from './room.js';
import { decodeFrame, SECTOR_BYTES, type Frame, type SegmentId } from './frame.js';

const MAGIC = 0x52434c53;
/** In the header's sector, behind all that it may say. */
const CHECKSUM_AT = 256;

/** Linux makes every write through such a descriptor durable by itself; elsewhere a sync follows it. */
const writesAreDurable = process.platform === 'linux';
const OPEN_FLAGS = constants.O_RDWR | (writesAreDurable ? constants.O_DSYNC : 0);

export class Segment {
  readonly file: string;
  readonly id: SegmentId;
  readonly #header: SegmentHeader;
  /** Of its last frame; 0 while there is none. */
  lastSequence = 0;
  readonly #handle: FileHandle;
  readonly #sizeBytes: number;
  #at = SECTOR_BYTES;

  private constructor(file: string, header: SegmentHeader, handle: FileHandle, sizeBytes: number) {
    this.file = file;
    this.id = header;
    this.#header = header;
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
  }

  /** Begins a segment in a new file, or in one that has done its duty, with room for so much. */
  static async begin(file: string, name: SegmentName, spaceBytes: number): Promise<Segment> {
    const sizeBytes = await makeRoom(file, SECTOR_BYTES + spaceBytes);
    const handle = await open(file, OPEN_FLAGS);
    const header = { ...name, sizeBytes, isFollowed: false };
    const segment = new Segment(file, header, handle, sizeBytes);
    try {
      await segment.#write(encodeHeader(header), 0);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return segment;
  }

  /** How much of it is written. */
  get usedBytes(): number {
    return this.#at;
  }

  holds(bytes: number): boolean {
    return this.#at + bytes <= this.#sizeBytes;
  }

  /** Settles when it is on disk. What fails leaves its place to the next one. */
  async append(frame: Buffer, sequence: number): Promise<void> {
    await this.#write(frame, this.#at);
    this.#at += frame.length;
    this.lastSequence = sequence;
  }

  /** Says for good that there is a next one, before anything is written into that: should it get lost, this one tells. */
  async markFollowed(): Promise<void> {
    await this.#write(encodeHeader({ ...this.#header, isFollowed: true }), 0);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #write(bytes: Buffer, position: number): Promise<void> {
    await writeAll(this.#handle.fd, bytes, position);
    if (!writesAreDurable) await this.#handle.datasync();
  }
}

/** By a callback: a handle's own promise costs more than the rest of an append. */
function writeAll(descriptor: number, bytes: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, 0, bytes.length, position, (error, written) => {
      if (error !== null) reject(error);
      else if (written !== bytes.length) reject(new Error(`only ${written} of ${bytes.length} bytes were written`));
      else resolve();
    });
  });
}

/** Zeros to the full size, on disk: from here on, no append needs more room. Answers the size. */
async function makeRoom(file: string, sizeBytes: number): Promise<number> {
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT);
  try {
    const { size } = await handle.stat();
    if (size >= sizeBytes) return size;
    // Its room, and no copies of it as LMDB makes them.
    checkRoom(file, sizeBytes / 2);
    // All of it anew: a file that an earlier attempt left half made may have holes.
    await handle.write(Buffer.alloc(sizeBytes), 0, sizeBytes, 0);
    await handle.sync();
    await syncDirectory(dirname(file));
    return sizeBytes;
  } finally {
    await handle.close();
  }
}

export interface SegmentName extends SegmentId {
  readonly epoch: string;
}

export interface SegmentHeader extends SegmentName {
  /** How long the file is, if it is whole. */
  readonly sizeBytes: number;
  readonly isFollowed: boolean;
}

/** Made, as far as that came, but never begun. What was ever begun begins with a header, however often it is used. */
export function isBlank(file: Buffer): boolean {
  return file.every((byte) => byte === 0);
}

/** `null`: this is no segment, or one that was never begun. */
export function decodeHeader(file: Buffer): SegmentHeader | null {
  if (
    file.length < SECTOR_BYTES ||
    file.readUInt32BE(0) !== MAGIC ||
    file.readUInt32BE(CHECKSUM_AT) !== crc32(file.subarray(0, CHECKSUM_AT))
  )
    return null;
  const reader = new ByteReader(file, 4);
  return {
    number: reader.count(),
    salt: reader.uint32(),
    sizeBytes: reader.count(),
    isFollowed: reader.byte() === 1,
    epoch: reader.bytes().toString('latin1'),
  };
}

function encodeHeader({ number, salt, sizeBytes, isFollowed, epoch }: SegmentHeader): Buffer {
  const header = Buffer.alloc(SECTOR_BYTES);
  const writer = new ByteWriter().uint32(MAGIC).count(number).uint32(salt).count(sizeBytes);
  writer
    .byte(isFollowed ? 1 : 0)
    .bytes(Buffer.from(epoch, 'latin1'))
    .take()
    .copy(header);
  header.writeUInt32BE(crc32(header.subarray(0, CHECKSUM_AT)), CHECKSUM_AT);
  return header;
}

/**
 * The frames of a segment up to the first place where none is. A torn write leaves nothing behind it, because
 * nobody writes on before a write has succeeded; so a frame that stands behind such a place is damage.
 */
export function readFrames(segment: SegmentId, file: Buffer): { readonly frames: readonly Frame[]; readonly damagedAt: number | null } {
  const frames: Frame[] = [];
  let at = SECTOR_BYTES;
  for (let frame = decodeFrame(segment, file, at); frame !== null; frame = decodeFrame(segment, file, at)) {
    frames.push(frame);
    at += frame.bytes;
  }
  return { frames, damagedAt: hasFrameBehind(segment, file, at) ? at : null };
}

function hasFrameBehind(segment: SegmentId, file: Buffer, from: number): boolean {
  for (let at = from + SECTOR_BYTES; at < file.length; at += SECTOR_BYTES) {
    if (decodeFrame(segment, file, at) !== null) return true;
  }
  return false;
}
