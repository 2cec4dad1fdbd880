/**
 * A frame: what one group of commits writes to the write-ahead log, in one piece.
 *
 *     magic:4 bodyBytes:4 segment:8 sequence:8 checksum:4, body, zeros up to the next sector
 *
 * The checksum covers the head too, and begins with the segment's salt: neither what an earlier use left in the
 * file nor anything that a value contains is a frame of this segment. A frame begins with a sector, so a torn
 * write can damage none but itself.
 */
import { crc32 } from 'node:zlib';
import { RollcallError, type LeaseId } from '@rollcall/core';
import { ByteReader } from '../../shared/byte-reader.js';
import { ByteWriter } from '../../shared/byte-writer.js';
import type { GrantedLease } from '../../shared/medium.js';
import { writeBatch, type TimedBatch } from './codec.js';
import type { Stretch } from './stretch.js';

export const SECTOR_BYTES = 512;
const HEAD_BYTES = 28;
const CHECKSUM_AT = 24;
const MAGIC = 0x52434c46;

const recordTypes = { batch: 1, granted: 2, revoked: 3 } as const;

/** What became of a lease. */
export type LeaseRecord = { readonly granted: GrantedLease } | { readonly revoked: LeaseId };

export interface Frame {
  readonly stretch: Stretch | null;
  readonly leases: readonly LeaseRecord[];
  /** One more with every frame that was ever written. */
  readonly sequence: number;
  /** With head and zeros. */
  readonly bytes: number;
}

/** Which segment a frame belongs to. */
export interface SegmentId {
  readonly number: number;
  /** Random, and told to nobody. */
  readonly salt: number;
}

/** Gathers what one frame is to hold: revisions, each as the history keeps it (see codec.ts), and what became of leases. */
export class FrameWriter {
  readonly #writer = new ByteWriter();
  #stretch: { firstRevision: number; places: number[] } | null = null;

  batch(timed: TimedBatch): void {
    const { revision } = timed.batch;
    const writer = this.#begun();
    const before = writer.length;
    try {
      const from = writeBatch(writer.byte(recordTypes.batch).count(revision), timed);
      this.#stretch ??= { firstRevision: revision, places: [] };
      this.#stretch.places.push(from, writer.length);
    } catch (error) {
      // Larger than memory, say: nobody else's commit must suffer from what was half written.
      writer.truncate(before);
      throw error;
    }
  }

  lease(record: LeaseRecord): void {
    if ('granted' in record) this.#begun().byte(recordTypes.granted).lease(record.granted.id).count(record.granted.ttlMs);
    else this.#begun().byte(recordTypes.revoked).lease(record.revoked);
  }

  /** The frame, but for its head, and the revisions in it. The writer begins anew. */
  take(): { readonly frame: UnsealedFrame; readonly stretch: Stretch | null } {
    const bodyBytes = this.#begun().length - HEAD_BYTES;
    this.#writer.zeros(wholeSectors(this.#writer.length) - this.#writer.length);
    const bytes = this.#writer.take();
    const stretch = this.#stretch && { ...this.#stretch, bytes };
    this.#stretch = null;
    return { frame: { bytes, bodyBytes }, stretch };
  }

  clear(): void {
    this.#writer.clear();
    this.#stretch = null;
  }

  /** The head is known last. */
  #begun(): ByteWriter {
    return this.#writer.length > 0 ? this.#writer : this.#writer.zeros(HEAD_BYTES);
  }
}

export interface UnsealedFrame {
  /** The head, to be written, and the rest. */
  readonly bytes: Buffer;
  readonly bodyBytes: number;
}

/** Writes the head. May be done again, for another place. */
export function sealFrame({ bytes, bodyBytes }: UnsealedFrame, segment: SegmentId, sequence: number): Buffer {
  head.uint32(MAGIC).uint32(bodyBytes).count(segment.number).count(sequence);
  bytes.set(head.since(0), 0);
  head.clear();
  bytes.writeUInt32BE(checksum(segment, bytes, bodyBytes), CHECKSUM_AT);
  return bytes;
}

const head = new ByteWriter();

/** The frame that begins here, or `null` if none of this segment does. */
export function decodeFrame(segment: SegmentId, file: Buffer, at: number): Frame | null {
  if (at + HEAD_BYTES > file.length || file.readUInt32BE(at) !== MAGIC) return null;
  const reader = new ByteReader(file, at + 4);
  const bodyBytes = reader.uint32();
  if (reader.count() !== segment.number || at + HEAD_BYTES + bodyBytes > file.length) return null;
  const sequence = reader.count();
  const frame = file.subarray(at, at + HEAD_BYTES + bodyBytes);
  if (reader.uint32() !== checksum(segment, frame, bodyBytes)) return null;
  return { ...readRecords(frame), sequence, bytes: wholeSectors(frame.length) };
}

function checksum({ salt }: SegmentId, frame: Buffer, bodyBytes: number): number {
  return crc32(frame.subarray(HEAD_BYTES, HEAD_BYTES + bodyBytes), crc32(frame.subarray(0, CHECKSUM_AT), salt));
}

function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
}

function readRecords(bytes: Buffer): Pick<Frame, 'stretch' | 'leases'> {
  const reader = new ByteReader(bytes, HEAD_BYTES);
  const leases: LeaseRecord[] = [];
  const places: number[] = [];
  let firstRevision: number | null = null;
  while (!reader.atEnd) {
    const type = reader.byte();
    if (type === recordTypes.granted) leases.push({ granted: { id: reader.lease(), ttlMs: reader.count() } });
    else if (type === recordTypes.revoked) leases.push({ revoked: reader.lease() });
    else if (type === recordTypes.batch) {
      const revision = reader.count();
      firstRevision ??= revision;
      if (revision !== firstRevision + places.length / 2) throw notConsecutive(revision);
      const from = reader.position;
      reader.bytes();
      places.push(from, reader.position);
    } else throw unknownType(type);
  }
  return { stretch: firstRevision === null ? null : { bytes, firstRevision, places }, leases };
}

// The checksum fits, so what follows is no damage.

function unknownType(type: number): RollcallError {
  const message = `The write-ahead log holds a record of type ${type}, which only a newer Rollcall writes. Start that one.`;
  return new RollcallError('store-newer', message);
}

function notConsecutive(revision: number): RollcallError {
  return new RollcallError('store-corrupt', `In the write-ahead log revision ${revision} does not follow the one before it.`);
}
