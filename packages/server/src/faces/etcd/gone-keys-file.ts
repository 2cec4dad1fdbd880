/** The shelf for what is known of deleted keys: a file beside the log, replaced whole. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GoneKeysShelf } from './quiet-ranges.js';

const FILE = 'etcd-deleted-keys.json';

/** `null` without a directory. */
export function goneKeysIn(directory: string | null): GoneKeysShelf | undefined {
  if (directory === null) return undefined;
  const path = join(directory, FILE);
  return {
    // The first time there is none, and what cannot be read is as good as none.
    read: () => readFile(path, 'utf8').catch(() => null),
    async write(text) {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    },
  };
}
