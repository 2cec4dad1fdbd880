/**
 * Makes a store file that is whole from its first moment: written under another name, put on disk, then
 * renamed. So a file under the real name that is empty or cut short is always damage, never a beginning.
 */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkRoom } from './room.js';
import { Tables } from './tables.js';

export async function makeFile(file: string, fill: (tables: Tables) => Promise<void>): Promise<void> {
  const draft = draftOf(file);
  await removeDraft(file);
  checkRoom(draft, 0);
  const tables = new Tables(draft);
  try {
    await fill(tables);
  } catch (error) {
    await tables.close();
    await removeDraft(file);
    throw error;
  }
  await tables.close();
  await removeLock(file);
  // Over what was there: at every moment the one or the other is in the directory, whole.
  await rename(draft, file);
  await removeLock(draft);
  await syncDirectory(dirname(file));
}

/** What a process left that was killed while it made one. To be called by whoever holds the directory. */
export async function removeDraft(file: string): Promise<void> {
  await rm(draftOf(file), { force: true });
  await removeLock(draftOf(file));
}

function draftOf(file: string): string {
  return `${file}.new`;
}

/** LMDB keeps a lock file beside each file. */
async function removeLock(file: string): Promise<void> {
  await rm(`${file}-lock`, { force: true });
}

/** A rename is durable when its directory is. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
