/**
 * Opens each of these stores and reads all that is in it: prints the refusal, or what it found. In a process of its
 * own, because LMDB does not refuse what it can't read, but aborts.
 *
 *     damage-reader.fixture.ts <directory>...
 */
import { writeSync } from 'node:fs';
import { isRollcallError, type Store } from '@rollcall/core';
import { digestOf, digestOfEntries } from './store-digest.fixture.js';
import { openStore } from './open-store.fixture.js';

/** What a reader found in one directory. */
export interface Finding {
  readonly directory: string;
  /** Of everything that can be read; absent where it was refused. */
  readonly digest?: string;
  /** Where the log stands, and a digest of the entries there. */
  readonly revision?: number;
  readonly entries?: string;
  readonly code?: string;
  readonly message?: string;
  /** Refused only when it came to reading. */
  readonly opened: boolean;
}

for (const directory of process.argv.slice(2)) {
  writeSync(1, `opening ${directory}\n`);
  writeSync(1, `${JSON.stringify(await examine(directory))}\n`);
}
process.exit(0);

async function examine(directory: string): Promise<Finding> {
  let store: Store | null = null;
  try {
    store = await openStore(directory);
    const { revision } = await store.status();
    return { directory, digest: await digestOf(store), revision, entries: await digestOfEntries(store, revision), opened: true };
  } catch (error) {
    const code = isRollcallError(error) ? error.code : 'not one of ours';
    return { directory, code, message: String(error), opened: store !== null };
  } finally {
    await store?.close().catch(() => undefined);
  }
}
