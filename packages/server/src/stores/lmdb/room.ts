/**
 * Refuses a write while the disk may have no room for it, before LMDB finds that out by itself.
 *
 * It must not: where a write of pages fails, LMDB as lmdb ships it prints a message over the end of its buffer,
 * and sooner or later the process is aborted. (Seen with 3.5: `sprintf` of up to 120 characters into `malloc(100)`,
 * in `mdb_page_flush`.) So there is always some room that only others can use up.
 */
import { closeSync, constants, openSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { RollcallError } from '@rollcall/core';

/** What a transaction may need besides its records: the pages from the root to each of them, and the list of free pages. */
const MARGIN_BYTES = 8 * 1024 * 1024;

/** A little more than LMDB asks for. */
const LOCK_FILE_BYTES = 3 * 4096;

/** LMDB copies every page that it changes, so each record that has no changed neighbours costs pages of its own. */
export const SCATTERED_RECORD_BYTES: number = 3 * 4096;

/** Throws `store-full` unless the disk that holds `file` has room for so much and some more. */
export function checkRoom(file: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(file));
  const [freeBytes, neededBytes] = [bavail * bsize, 2 * bytes + MARGIN_BYTES];
  if (freeBytes >= neededBytes) return;
  throw new RollcallError(
    'store-full',
    `There is no room left for ${file}: ${inMib(freeBytes)} are free, and ${inMib(neededBytes)} must be. Nothing was written; reads go on. Free some space and try again.`,
    { file, freeBytes, neededBytes },
  );
}

/**
 * Puts LMDB's lock file on disk before LMDB maps it: a hole in it, on a full disk, is a SIGBUS. What it says is of no
 * interest; only we are here, and LMDB begins it anew.
 */
export function makeLockFile(file: string): void {
  const handle = openSync(`${file}-lock`, constants.O_RDWR | constants.O_CREAT, 0o664);
  try {
    writeSync(handle, Buffer.alloc(LOCK_FILE_BYTES), 0, LOCK_FILE_BYTES, 0);
  } finally {
    closeSync(handle);
  }
}

function inMib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
