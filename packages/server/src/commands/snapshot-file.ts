/** Snapshots as files: whole, or not there at all. */
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { unreadable } from '../shared/file-text.js';
import { decodeSnapshot, type SnapshotHeader } from '../shared/snapshot.js';

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
    await rm(draft, { force: true }).catch(() => undefined);
    throw asWriteError(error, file);
  }
}

/** Only the disk's own complaints: what came over the network, or is not whole, has words already. */
function asWriteError(error: unknown, file: string): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new Error(`${file} cannot be written: ${reasons[code ?? ''] ?? message}. Choose another FILE.`, { cause: error });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its directory is not there',
  ENOTDIR: 'its directory is a file',
  EACCES: 'this user may not write there',
  EROFS: 'nobody may write there',
  EISDIR: 'it is a directory',
  ENOSPC: 'there is no room left',
};

/** Rejects where it cannot be read, before anything is done with it. Whoever does not read it to its end destroys it. */
export async function openSnapshotFile(file: string): Promise<Readable> {
  try {
    const handle = await open(file, 'r');
    if (!(await handle.stat()).isDirectory()) return handle.createReadStream();
    await handle.close();
  } catch (error) {
    throw unreadable(file, error);
  }
  throw unreadable(file, { code: 'EISDIR' });
}

/** Throws `store-corrupt` or `store-newer` unless it is whole. */
async function checkSnapshotFile(file: string): Promise<SavedSnapshot> {
  let header: SnapshotHeader = { format: 0, epoch: '', revision: 0 };
  let entries = 0;
  for await (const record of decodeSnapshot(await openSnapshotFile(file))) {
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
