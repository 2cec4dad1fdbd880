/** The embedded engine: one LMDB file in one directory, used by one process. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST_REVISION, type Clock, type Log, type Random, type Store } from '@rollcall/core';
import type { HistoryLimits } from '../../shared/auto-compaction.js';
import { CarefulStore } from '../../shared/careful-store.js';
import { newEpoch } from '../../shared/epoch.js';
import { LocalStore } from '../../shared/local-store.js';
import { acquireDirectory } from './directory-lock.js';
import { readHead, STORE_FILE, writeFirstHead } from './head.js';
import { inspectFile } from './inspect.js';
import { LmdbMedium } from './medium.js';
import { makeFile, removeDraft } from './new-file.js';
import { Tables } from './tables.js';
import { asStoreError } from './trouble.js';

export interface LmdbStoreOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly history?: Partial<HistoryLimits>;
}

/** Throws `store-locked`, `store-corrupt`, `store-newer` or `store-failed`, naming the file and what to do. */
export async function openLmdbStore({ directory, clock, random, log, history }: LmdbStoreOptions): Promise<Store> {
  const lock = await acquireDirectory(directory);
  const file = join(directory, STORE_FILE);
  try {
    const tables = await openTables(file, random);
    const medium = new LmdbMedium({ file, tables, head: readHead(tables, file), clock, release: () => lock.release() });
    return new CarefulStore(new LocalStore({ medium, clock, random, log, ...(history === undefined ? {} : { history }) }));
  } catch (error) {
    await lock.release();
    throw asStoreError(error, file);
  }
}

async function openTables(file: string, random: Random): Promise<Tables> {
  await removeDraft(file);
  if (existsSync(file)) inspectFile(file);
  else await makeFile(file, (tables) => tables.commit(() => writeFirstHead(tables, newEpoch(random), FIRST_REVISION)));
  return new Tables(file);
}
