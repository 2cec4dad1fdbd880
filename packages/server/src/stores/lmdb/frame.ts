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

export const SECTOR_BYTES = 512;
const HEAD_BYTES = 28;
const CHECKSUM_AT = 24;
const MAGIC = 0x52434c46;

const recordTypes = { batch: 1, granted: 2, revoked: 3 } as const;

/** One record: a revision as the history keeps it (see codec.ts), or what became of a lease. */
export type LogRecord =
  | { readonly type: 'batch'; readonly revision: number; readonly encoded: Buffer }
  | { readonly type: 'granted'; readonly lease: GrantedLease }
  | { readonly type: 'revoked'; readonly lease: LeaseId };

export interface Frame {
  readonly records: readonly LogRecord[];
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

const scratch = new ByteWriter();

export function encodeFrame(segment: SegmentId, sequence: number, records: readonly LogRecord[]): Buffer {
  // The head's lengths and checksum are known last; it is written as zeros first.
  for (let at = 0; at < HEAD_BYTES; at += 4) scratch.uint32(0);
  for (const record of records) writeRecord(scratch, record);
  const bodyBytes = scratch.length - HEAD_BYTES;
  scratch.zeros(wholeSectors(scratch.length) - scratch.length);
  const frame = scratch.take();
  scratch.uint32(MAGIC).uint32(bodyBytes).count(segment.number).count(sequence).take().copy(frame);
  frame.writeUInt32BE(checksum(segment, frame, bodyBytes), CHECKSUM_AT);
  return frame;
}

/** The frame that begins here, or `null` if none of this segment does. */
export function decodeFrame(segment: SegmentId, file: Buffer, at: number): Frame | null {
  if (at + HEAD_BYTES > file.length || file.readUInt32BE(at) !== MAGIC) return null;
  const head = new ByteReader(file, at + 4);
  const bodyBytes = head.uint32();
  if (head.count() !== segment.number || at + HEAD_BYTES + bodyBytes > file.length) return null;
  const sequence = head.count();
  const frame = file.subarray(at, at + HEAD_BYTES + bodyBytes);
  if (head.uint32() !== checksum(segment, frame, bodyBytes)) return null;
  return { records: readRecords(frame), sequence, bytes: wholeSectors(frame.length) };
}

function checksum({ salt }: SegmentId, frame: Buffer, bodyBytes: number): number {
  return crc32(frame.subarray(HEAD_BYTES, HEAD_BYTES + bodyBytes), crc32(frame.subarray(0, CHECKSUM_AT), salt));
}

function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
}

function writeRecord(writer: ByteWriter, record: LogRecord): void {
  writer.byte(recordTypes[record.type]);
  if (record.type === 'batch') writer.count(record.revision).bytes(record.encoded);
  else if (record.type === 'granted') writer.lease(record.lease.id).count(record.lease.ttlMs);
  else writer.lease(record.lease);
}

function readRecords(frame: Buffer): LogRecord[] {
  const reader = new ByteReader(frame, HEAD_BYTES);
  const records: LogRecord[] = [];
  while (!reader.atEnd) records.push(readRecord(reader));
  return records;
}

function readRecord(reader: ByteReader): LogRecord {
  const type = reader.byte();
  if (type === recordTypes.batch) return { type: 'batch', revision: reader.count(), encoded: reader.bytes() };
  if (type === recordTypes.granted) return { type: 'granted', lease: { id: reader.lease(), ttlMs: reader.count() } };
  if (type === recordTypes.revoked) return { type: 'revoked', lease: reader.lease() };
  // The checksum fits, so this is no damage.
  throw new RollcallError(
    'store-newer',
    `The write-ahead log holds a record of type ${type}, which only a newer Rollcall writes. Start that one.`,
  );
}
