/** Restores a snapshot into the directory of a stopped registry. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRollcallError, toText, type Random } from '@rollcall/core';
import { newEpoch } from '../../shared/epoch.js';
import { decodeSnapshot, RESTORE_LIFT, type SnapshotRecord } from '../../shared/snapshot.js';
import { acquireDirectory } from './directory-lock.js';
import { readHead, STORE_FILE, writeFirstHead } from './head.js';
import { inspectFile } from './inspect.js';
import { makeFile } from './new-file.js';
import { SCATTERED_RECORD_BYTES } from './room.js';
import { lastOf } from './stretch.js';
import { Tables } from './tables.js';
import { readSegments } from './write-ahead-log.js';

/** Records written in one LMDB transaction. */
const BATCH_RECORDS = 1_000;

export interface RestoreOptions {
  readonly directory: string;
  readonly random: Random;
  readonly snapshot: AsyncIterable<Uint8Array>;
}

export interface Restored {
  readonly revision: number;
  readonly entries: number;
}

/** Refuses a directory that is in use. Until the snapshot has proved whole, what is there stays as it is. */
export async function restoreLmdbStore({ directory, random, snapshot }: RestoreOptions): Promise<Restored> {
  const lock = await acquireDirectory(directory);
  try {
    return await restoreFile(join(directory, STORE_FILE), random, snapshot);
  } finally {
    await lock.release();
  }
}

async function restoreFile(file: string, random: Random, snapshot: AsyncIterable<Uint8Array>): Promise<Restored> {
  // Above whatever was served: by the log that the snapshot is of, and by the one that lies here.
  let revision = await lastRevision(file);
  let entries = 0;
  await makeFile(file, async (tables) => {
    for await (const records of inBatches(decodeSnapshot(snapshot))) {
      await tables.commit(
        () => writeRecords(tables, records),
        records.reduce((sum, record) => sum + sizeOf(record), 0),
      );
      for (const record of records) {
        if (record.type === 'header') revision = Math.max(revision, record.header.revision);
        if (record.type === 'entry') entries++;
      }
    }
    revision += RESTORE_LIFT;
    await tables.commit(() => writeFirstHead(tables, newEpoch(random), revision));
  });
  return { revision, entries };
}

function writeRecords(tables: Tables, records: readonly SnapshotRecord[]): void {
  for (const record of records) if (record.type === 'lease') tables.writeLease(record.lease);
  tables.writeCurrent(
    records.flatMap((record) => (record.type === 'entry' ? [{ key: toText(record.entry.key), entry: record.entry }] : [])),
  );
}

function sizeOf(record: SnapshotRecord): number {
  return SCATTERED_RECORD_BYTES + (record.type === 'entry' ? record.entry.value.length : 0);
}

/** 0 where nothing can be read any more: then the lift must do alone. */
async function lastRevision(file: string): Promise<number> {
  if (!existsSync(file)) return 0;
  try {
    inspectFile(file);
    const tables = new Tables(file);
    const head = readHead(tables, file);
    await tables.close();
    const segments = await readSegments(dirname(file), head);
    const stretches = segments.flatMap(({ frames }) => frames.flatMap(({ stretch }) => stretch ?? []));
    return Math.max(head.appliedRevision, ...stretches.slice(-1).map(lastOf));
  } catch (error) {
    if (isRollcallError(error)) return 0;
    throw error;
  }
}

async function* inBatches(records: AsyncIterable<SnapshotRecord>): AsyncGenerator<readonly SnapshotRecord[]> {
  let batch: SnapshotRecord[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < BATCH_RECORDS) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
