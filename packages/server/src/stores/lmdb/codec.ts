/**
 * How entries and revisions lie in LMDB's values: a checksum, then fixed fields, then bytes.
 *
 * LMDB has no checksums of its own. Ours cover the key too, so that a value is believed only under the
 * key that it was written for.
 */
import { crc32 } from 'node:zlib';
import { RollcallError, type Bytes, type Change, type Entry, type RevisionBatch } from '@rollcall/core';
import { ByteReader } from '../../shared/byte-reader.js';
import { ByteWriter } from '../../shared/byte-writer.js';

export const CHECKSUM_BYTES: number = 4;
export const LENGTH_BYTES = 4;
/** One writer for all records: each is taken from it before the next begins. */
const scratch = new ByteWriter();

const changeTypes = { put: 1, delete: 2 } as const;

export interface TimedBatch {
  readonly batch: RevisionBatch;
  /** When it was committed, by the clock on the wall. */
  readonly wallMs: number;
}

/** Each of them as a record; all of them in one piece of memory. */
export function encodeEntries(entries: readonly Entry[]): readonly Buffer[] {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const entry of entries) {
    const at = scratch.uint32(0).length;
    scratch.raw(entry.key);
    // The checksum covers the key and what follows it, in one go. Then it stands where the key's last bytes were.
    const start = scratch.length - CHECKSUM_BYTES;
    writeEntry(scratch, entry);
    scratch.rewriteUint32(crc32(scratch.since(at)), start);
    starts.push(start);
    ends.push(scratch.length);
  }
  const all = scratch.take();
  return starts.map((start, index) => all.subarray(start, ends[index]));
}

/** Throws `store-corrupt` unless this very value was written under this very key. */
export function decodeEntry(key: Bytes, record: Buffer): Entry {
  return opened(key, record, (reader) => readEntry(reader, key));
}

/** The same of a key with its record right behind it, without the checksum that stands before that; `null` for what is damaged. */
export function decodeBehindKey(key: Bytes, both: Buffer, checksum: number): Entry | null {
  return crc32(both) === checksum ? orNull(() => readEntry(new ByteReader(both, key.length), key)) : null;
}

/** For keys that are too long to be LMDB's: the record names the key itself and lies under its hash. */
export function encodeLongEntry(hash: Bytes, entry: Entry): Buffer {
  return sealed(hash, (writer) => writeEntry(writer.bytes(entry.key), entry));
}

export function decodeLongEntry(hash: Bytes, record: Buffer): Entry {
  return opened(hash, record, (reader) => readEntry(reader, reader.bytes()));
}

/** A value that is nothing but bytes. */
export function encodeBytes(key: Bytes, value: Bytes): Buffer {
  return sealed(key, (writer) => writer.bytes(value));
}

export function decodeBytes(key: Bytes, record: Buffer): Buffer {
  return opened(key, record, (reader) => reader.bytes());
}

/** With its length in front. Answers where it begins. */
export function writeBatch(writer: ByteWriter, { batch, wallMs }: TimedBatch): number {
  const at = writer.length;
  // The checksum covers the revision and what follows it, in one go. Then it and the length stand where the revision was.
  writer.count(batch.revision).count(wallMs).uint32(batch.changes.length);
  for (const change of batch.changes) writeChange(writer, change);
  const checksum = crc32(writer.since(at));
  writer.rewriteUint32(writer.length - at - LENGTH_BYTES, at);
  writer.rewriteUint32(checksum, at + LENGTH_BYTES);
  return at;
}

export function decodeBatch(key: Buffer, record: Buffer): TimedBatch {
  return opened(key, record, (reader) => {
    const revision = readRevision(key);
    const wallMs = reader.count();
    const changes = Array.from({ length: reader.uint32() }, () => readChange(reader, revision));
    return { batch: { revision, changes }, wallMs };
  });
}

/** A chapter is revisions that follow one another, each as `writeBatch` wrote it. Those of a its revisions that do not lie before `fromRevision`. */
export function* decodeChapter(key: Buffer, chapter: Buffer, fromRevision: number): Generator<TimedBatch> {
  const reader = new ByteReader(chapter);
  for (let revision = readRevision(key); !reader.atEnd; revision++) {
    const encoded = reader.bytes();
    if (revision >= fromRevision) yield decodeBatch(revisionKey(revision), encoded);
  }
}

/** Eight bytes that sort as the numbers do. */
export function revisionKey(revision: number): Buffer {
  return scratch.count(revision).take();
}

export function readRevision(key: Buffer): number {
  return new ByteReader(key).count();
}

export function leaseKey(id: bigint): Buffer {
  return scratch.lease(id).take();
}

function sealed(key: Bytes, write: (writer: ByteWriter) => void): Buffer {
  write(scratch.uint32(0));
  const record = scratch.take();
  record.writeUInt32BE(checksum(key, record), 0);
  return record;
}

function opened<Value>(key: Bytes, record: Buffer, read: (reader: ByteReader) => Value): Value {
  const value = orNull(() => (record.readUInt32BE(0) === checksum(key, record) ? read(new ByteReader(record, CHECKSUM_BYTES)) : null));
  if (value === null) throw damaged(key);
  return value;
}

/** `null` where bytes end before they should. */
function orNull<Value>(read: () => Value | null): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

export function damaged(key: Bytes): RollcallError {
  return new RollcallError(
    'store-corrupt',
    `The record under ${Buffer.from(key).toString('hex')} is damaged. Stop, and restore a snapshot.`,
  );
}

function checksum(key: Bytes, record: Buffer): number {
  return crc32(record.subarray(CHECKSUM_BYTES), crc32(key));
}

function writeEntry(writer: ByteWriter, entry: Entry): void {
  writer.count(entry.createRevision).count(entry.modRevision).count(entry.version).lease(entry.lease).bytes(entry.value);
}

function readEntry(reader: ByteReader, key: Bytes): Entry {
  const createRevision = reader.count();
  const modRevision = reader.count();
  const version = reader.count();
  const lease = reader.lease();
  return { key, value: reader.bytes(), createRevision, modRevision, version, lease };
}

function writeChange(writer: ByteWriter, change: Change): void {
  writer.byte(changeTypes[change.type]).bytes(change.type === 'put' ? change.entry.key : change.key);
  if (change.type === 'put') writeEntry(writer, change.entry);
  writer.byte(change.previous === null ? 0 : 1);
  if (change.previous !== null) writeEntry(writer, change.previous);
}

function readChange(reader: ByteReader, revision: number): Change {
  const type = reader.byte();
  const key = reader.bytes();
  const entry = type === changeTypes.put ? readEntry(reader, key) : null;
  const previous = reader.byte() === 1 ? readEntry(reader, key) : null;
  if (entry === null) return { type: 'delete', key, previous };
  if (entry.modRevision !== revision) throw new RangeError('an entry of another revision');
  return { type: 'put', entry, previous };
}
