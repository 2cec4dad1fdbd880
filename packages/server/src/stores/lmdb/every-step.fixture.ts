/**
 * What a process would leave behind if it were killed: its directory is copied before every step that changes it.
 * Steps are links, removals, renames, syncs, and LMDB's commits. (What a killed process has written stays written.)
 */
import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { Tables } from './tables.js';

/** Answers the copies, in order; the last one shows the directory after all of the work. */
export async function copyAtEveryStep(directory: string, copies: string, work: () => Promise<void>): Promise<string[]> {
  const made: string[] = [];
  const copy = (): void => void made.push(copyDirectory(directory, join(copies, String(made.length))));
  const stop = beforeEveryStep(copy);
  await work().finally(stop);
  copy();
  return made;
}

function beforeEveryStep(look: () => void): () => void {
  const { commit } = Tables.prototype;
  const { link, open, rename, rm } = files;
  const watched =
    <This, Args extends unknown[], Answer>(call: (this: This, ...args: Args) => Answer) =>
    (...args: Args): Answer => {
      look();
      return call.apply(files as This, args);
    };
  Tables.prototype.commit = function (...args) {
    look();
    return commit.apply(this, args);
  };
  Object.assign(files, { link: watched(link), open: watched(open), rename: watched(rename), rm: watched(rm) });
  syncBuiltinESMExports();
  return () => {
    Tables.prototype.commit = commit;
    Object.assign(files, { link, open, rename, rm });
    syncBuiltinESMExports();
  };
}

/** Without sockets, which can't be copied. */
export function copyDirectory(directory: string, copy: string): string {
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(directory)) {
    if (statSync(join(directory, name)).isFile()) copyFileSync(join(directory, name), join(copy, name));
  }
  return copy;
}
