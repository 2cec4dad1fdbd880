/** Records of the log as bytes, one behind the other: for a file, or for another thread. */
import type { EncodedRecord } from '@rollcall/core';
import { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

export function writeRecord(writer: ByteWriter, { key, value, createRevision, revision }: EncodedRecord): void {
  writer.bytes(key).byte(value === null ? 0 : 1);
  if (value !== null) writer.bytes(value).count(createRevision).count(revision);
}

/** Throws a RangeError for what is none. Shares memory with the frame. */
export function readRecords(frame: Buffer): readonly EncodedRecord[] {
  const reader = new ByteReader(frame);
  const records: EncodedRecord[] = [];
  while (!reader.atEnd) records.push(readRecord(reader));
  return records;
}

export function readRecord(reader: ByteReader): EncodedRecord {
  const key = reader.bytes();
  if (reader.byte() === 0) return { key, value: null, createRevision: 0, revision: 0 };
  return { key, value: reader.bytes(), createRevision: reader.count(), revision: reader.count() };
}
