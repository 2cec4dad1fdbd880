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
import { LmdbMedium, type LmdbMediumOptions } from './medium.js';
import { makeFile, removeDraft } from './new-file.js';
import { Tables } from './tables.js';
import { Transactions } from './transactions.js';
import { asStoreError } from './trouble.js';
import { readSegments, WriteAheadLog } from './write-ahead-log.js';

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
    const medium = await openMedium({ directory, file, tables, clock, random, release: () => lock.release() });
    return new CarefulStore(new LocalStore({ medium, clock, random, log, ...(history === undefined ? {} : { history }) }));
  } catch (error) {
    await lock.release();
    throw asStoreError(error, file);
  }
}

type MediumSetting = Pick<LmdbMediumOptions, 'directory' | 'file' | 'tables' | 'clock' | 'release'> & { readonly random: Random };

async function openMedium(setting: MediumSetting): Promise<LmdbMedium> {
  const { directory, file, tables, random } = setting;
  const head = readHead(tables, file);
  const segments = await readSegments(directory, head);
  const transactions = new Transactions(tables, file);
  const announce = (number: number, oldest: number | null): Promise<void> =>
    transactions.commit(() => {
      tables.writeMeta('lastSegment', number);
      if (oldest !== null) tables.writeMeta('segment', oldest);
    }, 0);
  const log = new WriteAheadLog({ directory, epoch: head.epoch, random, head, announce }, segments);
  return new LmdbMedium({ ...setting, transactions, head, log, frames: segments.flatMap(({ frames }) => frames) });
}

async function openTables(file: string, random: Random): Promise<Tables> {
  await removeDraft(file);
  if (existsSync(file)) inspectFile(file);
  else await makeFile(file, (tables) => tables.commit(() => writeFirstHead(tables, newEpoch(random), FIRST_REVISION)));
  return new Tables(file);
}
