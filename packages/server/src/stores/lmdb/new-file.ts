/**
 * Makes a store file that is whole from its first moment: written under another name, put on disk, then
 * renamed. So a file under the real name that is empty or cut short is always damage, never a beginning.
 */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Tables } from './tables.js';

export async function makeFile(file: string, fill: (tables: Tables) => Promise<void>): Promise<void> {
  const draft = `${file}.new`;
  await removeFile(draft);
  const tables = new Tables(draft);
  try {
    await fill(tables);
  } catch (error) {
    await tables.close();
    await removeFile(draft);
    throw error;
  }
  await tables.close();
  await removeFile(file);
  await rename(draft, file);
  await removeFile(draft);
  await syncDirectory(dirname(file));
}

/** LMDB keeps a lock file beside each file. */
async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}-lock`, { force: true });
}

/** A rename is durable when its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
