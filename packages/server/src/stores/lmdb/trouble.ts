/** What LMDB and the disk complain about, in the words of our catalogue: what happened, and what to do. */
import { RollcallError, isRollcallError } from '@rollcall/core';

/** Errors that mean: no room. The transaction was given up whole, and the store is sound. */
const FULL = /MDB_MAP_FULL|ENOSPC|EDQUOT|No space left|Disk quota|File too large/i;

export function asStoreError(error: unknown, file: string): RollcallError {
  // A record that is damaged does not know which file it is in.
  if (isRollcallError(error, 'store-corrupt') && error.details['file'] === undefined) {
    return new RollcallError('store-corrupt', `${file} is damaged. ${error.message}`, { file }, { cause: error });
  }
  if (isRollcallError(error)) return error;
  const reason = reasonOf(error);
  if (FULL.test(reason)) {
    return new RollcallError(
      'store-full',
      `There is no room left for ${file} (${reason}). Nothing was written; reads go on. Free some space and try again.`,
      { file },
      { cause: error },
    );
  }
  if (/MDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|PANIC)/.test(reason)) {
    return new RollcallError('store-corrupt', `${file} is damaged (${reason}). Stop, and restore a snapshot.`, { file }, { cause: error });
  }
  const what = isDefect(error)
    ? `Rollcall itself failed over ${file} (${reason}), which is a defect: please report it.`
    : `Writing ${file} failed (${reason}).`;
  return new RollcallError('store-failed', `${what} The store takes no more writes until it is opened again.`, { file }, { cause: error });
}

/** Errors that no disk and no driver ever has. */
function isDefect(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

/** For what goes wrong before there is a store. */
export function asDirectoryError(error: unknown, directory: string): RollcallError {
  if (isRollcallError(error)) return error;
  const message = `${directory} can't be used as it is (${makingReason(error) ?? reasonOf(error)}). Make it a directory that this user may write to, or choose another --data.`;
  return new RollcallError('store-failed', message, { directory }, { cause: error });
}

/** Where the directory itself could not be made. */
function makingReason(error: unknown): string | undefined {
  const { syscall, code } = error as NodeJS.ErrnoException;
  return syscall === 'mkdir' ? makingReasons[code ?? ''] : undefined;
}

const makingReasons: Readonly<Record<string, string>> = {
  EEXIST: 'a file of that name is there already',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'this user may not make it',
  EROFS: 'it would be on a file system that is read-only',
  ENOENT: 'no directory can be made there',
};

function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let at = error; at instanceof Error && reasons.length < 5; at = at.cause) reasons.push(at.message);
  return reasons.join(': ') || String(error);
}
