/**
 * A snapshot: the state of a log at one revision, as a stream that any engine writes and any engine reads.
 *
 *     ROLLCALL SNAPSHOT
 *     {"format":1,"epoch":"5f1c…","revision":42}
 *     …records…
 *
 * Two lines to be read by people, then records: a type byte, a length, the record; the last one is the
 * SHA-256 of all that stands before it. History is not in it: a restored log begins where the snapshot stands.
 */
import { createHash } from 'node:crypto';
import { fromText, RollcallError, toText, type Entry, type KeyRange, type LeaseId, type RangeResult, type Store } from '@rollcall/core';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { GrantedLease } from './medium.js';
import { StreamReader } from './stream-reader.js';

const MAGIC = 'ROLLCALL SNAPSHOT\n';
const SNAPSHOT_FORMAT = 1;
const PAGE_ENTRIES = 1_000;
const HEADER_BYTES_MAX = 4_096;
/** A record holds one entry, and an entry comes from one commit. */
const RECORD_BYTES_MAX = 4 * 1024 * 1024;

/**
 * How far a restore lifts the revision above the snapshot's. What was served after the snapshot was taken
 * must never be served again with another meaning: a log that commits 10,000 times a second reaches
 * this in a day, and there is room for nine million restores.
 */
export const RESTORE_LIFT = 1_000_000_000;

const recordTypes = { end: 0, lease: 1, entry: 2 } as const;

export interface SnapshotHeader {
  readonly format: number;
  readonly epoch: string;
  readonly revision: number;
}

export type SnapshotRecord =
  | { readonly type: 'header'; readonly header: SnapshotHeader }
  | { readonly type: 'lease'; readonly lease: GrantedLease }
  | { readonly type: 'entry'; readonly entry: Entry };

/**
 * Throws `revision-compacted` if the log was compacted past the snapshot's revision while it was taken: begin anew. `ranges`, in
 * order: where others write to the log too, what of it is meant, and no leases but those that it hangs on.
 */
export async function* encodeSnapshot(store: Store, ranges?: readonly KeyRange[]): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of ranges === undefined ? encodeRecords(store) : encodeRanges(store, ranges)) {
    hash.update(chunk);
    yield chunk;
  }
  yield encodeRecord(recordTypes.end, hash.digest());
}

async function* encodeRecords(store: Store): AsyncGenerator<Buffer> {
  // A lease can come or go around the moment that the first page fixes: listed on both sides of it, none is missed.
  const before = await grantedLeases(store);
  let page = await readPage(store, { from: new Uint8Array(0), to: null });
  const { revision } = page;
  const leases = new Map([...before, ...(await grantedLeases(store))]);
  const { epoch } = await store.status();
  yield encodeHeader(epoch, revision);
  for (const [id, ttlMs] of leases) yield encodeLease(id, ttlMs);
  for (;;) {
    yield Buffer.concat(page.entries.map((entry) => encodeRecord(recordTypes.entry, encodeEntry(entry))));
    const last = page.entries.at(-1);
    if (!page.more || last === undefined) return;
    page = await readPage(store, { from: fromText(`${toText(last.key)}\0`), to: null }, revision);
  }
}

async function* encodeRanges(store: Store, ranges: readonly KeyRange[]): AsyncGenerator<Buffer> {
  const leases = new Set<LeaseId>();
  let revision: number | null = null;
  for (const { from, to } of ranges) {
    for (let next: Uint8Array | null = from; next !== null;) {
      const page: RangeResult = await readPage(store, { from: next, to }, revision ?? undefined);
      if (revision === null) {
        revision = page.revision;
        yield encodeHeader((await store.status()).epoch, revision);
      }
      for (const { lease } of page.entries) {
        if (lease === 0n || leases.has(lease)) continue;
        leases.add(lease);
        const granted = await store.lease(lease).catch(() => null);
        if (granted !== null) yield encodeLease(lease, granted.ttlMs);
      }
      yield Buffer.concat(page.entries.map((entry) => encodeRecord(recordTypes.entry, encodeEntry(entry))));
      const last = page.entries.at(-1);
      next = page.more && last !== undefined ? fromText(`${toText(last.key)}\0`) : null;
    }
  }
}

function encodeHeader(epoch: string, revision: number): Buffer {
  return Buffer.from(`${MAGIC}${JSON.stringify({ format: SNAPSHOT_FORMAT, epoch, revision } satisfies SnapshotHeader)}\n`);
}

function encodeLease(id: LeaseId, ttlMs: number): Buffer {
  return encodeRecord(recordTypes.lease, new ByteWriter().lease(id).count(ttlMs).take());
}

function readPage(store: Store, range: KeyRange, revision?: number): Promise<RangeResult> {
  return store.range({ range, limit: PAGE_ENTRIES, ...(revision === undefined ? {} : { revision }) });
}

async function grantedLeases(store: Store): Promise<Map<LeaseId, number>> {
  const leases = new Map<LeaseId, number>();
  for (const id of await store.leases()) {
    // One that went between the two questions is no longer of interest.
    const lease = await store.lease(id).catch(() => null);
    if (lease !== null) leases.set(id, lease.ttlMs);
  }
  return leases;
}

function encodeRecord(type: number, body: Uint8Array): Buffer {
  return new ByteWriter().byte(type).bytes(body).take();
}

function encodeEntry(entry: Entry): Buffer {
  const writer = new ByteWriter().bytes(entry.key).bytes(entry.value);
  return writer.count(entry.createRevision).count(entry.modRevision).count(entry.version).lease(entry.lease).take();
}

/**
 * The header first, then leases, each before what hangs on it, and entries in order of their keys. Throws `store-corrupt` or `store-newer`;
 * for a wrong checksum only at the end, so nothing that was read counts before the stream has ended well.
 */
export async function* decodeSnapshot(source: AsyncIterable<Uint8Array>): AsyncGenerator<SnapshotRecord> {
  const hash = createHash('sha256');
  const stream = new StreamReader(source);
  const magic = await stream.take(MAGIC.length);
  if (magic?.toString('latin1') !== MAGIC) throw corrupt('it does not begin like one');
  const line = await stream.takeLine(HEADER_BYTES_MAX);
  hash.update(magic).update(line ?? '');
  yield { type: 'header', header: decodeHeader(line) };
  const leases = new Set<LeaseId>();
  for (;;) {
    const head = await stream.take(5);
    if (head === null) throw corrupt('it ends in the middle');
    const length = head.readUInt32BE(1);
    if (length > RECORD_BYTES_MAX) throw corrupt('a record is larger than any that Rollcall writes');
    const body = await stream.take(length);
    if (body === null) throw corrupt('it ends in the middle');
    if (head[0] === recordTypes.end) {
      if (!hash.digest().equals(body)) throw corrupt('its checksum does not fit');
      return;
    }
    hash.update(head).update(body);
    const record = decodeRecord(head[0] as number, body);
    if (record.type === 'lease') leases.add(record.lease.id);
    // What hung on a lease that ended while the snapshot was taken was gone before the snapshot was done.
    if (record.type === 'entry' && record.entry.lease !== 0n && !leases.has(record.entry.lease)) continue;
    yield record;
  }
}

function decodeHeader(line: Buffer | null): SnapshotHeader {
  const header = parseJson(line?.toString('utf8') ?? '') as Partial<SnapshotHeader> | null;
  if (typeof header?.format !== 'number') throw corrupt('its second line is not a header');
  if (header.format > SNAPSHOT_FORMAT) {
    throw new RollcallError(
      'store-newer',
      `The snapshot has format ${header.format}; this Rollcall reads up to ${SNAPSHOT_FORMAT}. Restore it with the version that saved it, or a newer one.`,
    );
  }
  if (typeof header.epoch !== 'string' || !Number.isSafeInteger(header.revision)) throw corrupt('its second line is not a header');
  return header as SnapshotHeader;
}

function decodeRecord(type: number, body: Buffer): SnapshotRecord {
  try {
    const reader = new ByteReader(body);
    if (type === recordTypes.lease) return { type: 'lease', lease: { id: reader.lease(), ttlMs: reader.count() } };
    if (type === recordTypes.entry) return { type: 'entry', entry: decodeEntry(reader) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw corrupt('a record is not one that Rollcall writes');
}

function decodeEntry(reader: ByteReader): Entry {
  return {
    key: Buffer.from(reader.bytes()),
    value: Buffer.from(reader.bytes()),
    createRevision: reader.count(),
    modRevision: reader.count(),
    version: reader.count(),
    lease: reader.lease(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function corrupt(reason: string): RollcallError {
  return new RollcallError(
    'store-corrupt',
    `This is not a whole Rollcall snapshot: ${reason}. Take another copy of it, or another snapshot.`,
  );
}
