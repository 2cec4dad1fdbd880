/**
 * What holds of every store at every moment, whatever was done to it. Checked after every test, so that each test
 * also asks whether what it did left the store sound.
 */
import { allKeys, compareBytes, NO_LEASE, toText, type Entry, type Store } from '@rollcall/core';
import { expect } from 'vitest';
import { Listener } from './listener.js';
import { plainBatch, plainEntry, type PlainBatch, type PlainChange, type PlainEntry } from './plain.js';

export async function checkInvariants(store: Store): Promise<void> {
  const { revision, compactedRevision } = await store.status();
  expect(compactedRevision).toBeLessThanOrEqual(revision);
  const now = await store.range({ range: allKeys, revision, count: true });
  expect(now).toMatchObject({ more: false, count: now.entries.length });
  checkOrder(now.entries);
  for (const entry of now.entries) checkEntry(entry, revision);
  await checkLeases(store, now.entries);
  await checkHistory(store, Math.max(compactedRevision, 1), revision, now.entries.map(plainEntry));
}

function checkOrder(entries: readonly Entry[]): void {
  entries.forEach((entry, at) => {
    const before = entries[at - 1];
    if (before) expect(compareBytes(before.key, entry.key), `${toText(before.key)} stands before ${toText(entry.key)}`).toBeLessThan(0);
  });
}

function checkEntry(entry: Entry, revision: number): void {
  const { create, mod, version } = plainEntry(entry);
  expect(entry.key.length).toBeGreaterThan(0);
  expect(create).toBeGreaterThan(1);
  expect(create).toBeLessThanOrEqual(mod);
  expect(mod).toBeLessThanOrEqual(revision);
  expect(version).toBeGreaterThanOrEqual(1);
  expect(version).toBeLessThanOrEqual(mod - create + 1);
  expect(version === 1).toBe(create === mod);
}

/** Every lease knows its keys, and every key on a lease hangs on one that there is. */
async function checkLeases(store: Store, entries: readonly Entry[]): Promise<void> {
  const known = new Map<bigint, string[]>();
  for (const id of await store.leases()) {
    const lease = await store.lease(id);
    expect(lease.id).toBe(id);
    expect(lease.remainingMs).toBeLessThanOrEqual(lease.ttlMs);
    known.set(id, lease.keys.map(toText).sort());
  }
  const hanging = new Map([...known.keys()].map((id): [bigint, string[]] => [id, []]));
  for (const entry of entries) {
    if (entry.lease === NO_LEASE) continue;
    expect([...known.keys()], `the lease of ${toText(entry.key)}`).toContain(entry.lease);
    hanging.get(entry.lease)?.push(toText(entry.key));
  }
  expect(known).toEqual(hanging);
}

/** The present is the oldest state that can be read, and everything that a watch tells since. */
async function checkHistory(store: Store, from: number, revision: number, now: readonly PlainEntry[]): Promise<void> {
  const { entries } = await store.range({ range: allKeys, revision: from });
  const state = new Map(entries.map((entry) => [toText(entry.key), plainEntry(entry)]));
  const batches = await batchesBetween(store, from, revision);
  for (const batch of batches) for (const change of batch.changes) replay(change, batch.revision, state, batch.revision > from);
  expect([...state.values()].sort(byKey)).toEqual(now);
  expect(batches.map((batch) => batch.revision).filter((one) => one > from)).toEqual(wholeNumbers(from + 1, revision));
}

async function batchesBetween(store: Store, from: number, to: number): Promise<readonly PlainBatch[]> {
  const listener = new Listener(store, { range: allKeys, fromRevision: from, previous: true });
  await listener.reaches(to);
  listener.cancel();
  await listener.ends();
  expect(listener.complaints).toEqual([]);
  return listener.batches.filter((batch) => batch.revision <= to).map(plainBatch);
}

/** The first batch may already be part of the state that the replay begins with; its previous values are history before that. */
function replay(change: PlainChange, revision: number, state: Map<string, PlainEntry>, judged: boolean): void {
  const before = state.get(change.key) ?? null;
  if (judged) {
    expect(change.before).toEqual(before);
    if (change.now === null) expect(before, `${change.key} is deleted`).not.toBeNull();
    else expect(change.now).toMatchObject({ mod: revision, create: before?.create ?? revision, version: (before?.version ?? 0) + 1 });
  }
  if (change.now === null) state.delete(change.key);
  else state.set(change.key, change.now);
}

function byKey(left: PlainEntry, right: PlainEntry): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}

function wholeNumbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
