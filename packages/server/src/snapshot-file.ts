/** Snapshots as files: whole, or not there at all. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decodeSnapshot, type SnapshotHeader } from './shared/snapshot.js';

export interface SavedSnapshot extends SnapshotHeader {
  readonly entries: number;
}

/** Written beside its place, read back to the end, put on disk, and only then moved there. */
export async function saveSnapshotFile(file: string, snapshot: AsyncIterable<Uint8Array>): Promise<SavedSnapshot> {
  const draft = `${file}.partial`;
  try {
    await pipeline(Readable.from(snapshot), createWriteStream(draft));
    const saved = await checkSnapshotFile(draft);
    await sync(draft);
    await rename(draft, file);
    await sync(dirname(file));
    return saved;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

export function readSnapshotFile(file: string): AsyncIterable<Uint8Array> {
  return createReadStream(file);
}

/** Throws `store-corrupt` or `store-newer` unless it is whole. */
async function checkSnapshotFile(file: string): Promise<SavedSnapshot> {
  let header: SnapshotHeader = { format: 0, epoch: '', revision: 0 };
  let entries = 0;
  for await (const record of decodeSnapshot(readSnapshotFile(file))) {
    if (record.type === 'header') ({ header } = record);
    if (record.type === 'entry') entries++;
  }
  return { ...header, entries };
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
