/** The memory engine: the reference for the others, for tests, and for registries that may forget. */
import { FIRST_REVISION, type Clock, type Entry, type Log, type Random, type Store } from '@rollcall/core';
import type { HistoryLimits } from '../../shared/auto-compaction.js';
import { CarefulStore } from '../../shared/careful-store.js';
import { newEpoch } from '../../shared/epoch.js';
import { LocalStore } from '../../shared/local-store.js';
import type { GrantedLease } from '../../shared/medium.js';
import { decodeSnapshot, RESTORE_LIFT } from '../../shared/snapshot.js';
import { MemoryMedium, type MemoryContents } from './medium.js';

const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  readonly history?: Partial<HistoryLimits>;
  /** Begin with what a snapshot holds, as a restored log: with a new epoch, and above every revision it ever served. */
  readonly snapshot?: AsyncIterable<Uint8Array>;
}

export async function openMemoryStore({ clock, random, log = silentLog, history = {}, snapshot }: MemoryStoreOptions): Promise<Store> {
  const epoch = newEpoch(random);
  const medium = new MemoryMedium(clock, snapshot === undefined ? emptyContents(epoch) : await restored(snapshot, epoch));
  return new CarefulStore(new LocalStore({ medium, clock, random, log, history }));
}

function emptyContents(epoch: string): MemoryContents {
  return { epoch, revision: FIRST_REVISION, leases: [], entries: [] };
}

async function restored(snapshot: AsyncIterable<Uint8Array>, epoch: string): Promise<MemoryContents> {
  const leases: GrantedLease[] = [];
  const entries: Entry[] = [];
  let revision = FIRST_REVISION;
  for await (const record of decodeSnapshot(snapshot)) {
    if (record.type === 'header') revision = record.header.revision + RESTORE_LIFT;
    else if (record.type === 'lease') leases.push(record.lease);
    else entries.push(record.entry);
  }
  return { epoch, revision, leases, entries };
}
