/** A few entries of every kind, to be found again in every state of a store. */
import type { Store } from '@rollcall/core';
import { put, remove, write } from './brief-requests.fixture.js';

export const LONG = 'long'.padEnd(3_000, '.');
const LEASE = 7n;

/** A little of everything: keys made, changed and deleted, short and long, with a lease and without. */
export async function writeThings(store: Store): Promise<void> {
  await store.grantLease({ id: LEASE, ttlMs: 1_000_000 });
  await write(store, put('a', '1', LEASE), put('b', '1'), put(LONG, '1', LEASE), put(`${LONG}2`, '1'));
  await write(store, put('b', '2', LEASE), put('c', '1'));
  await write(store, remove(`${LONG}2`), remove('c'), put('a', '3'));
}

/** What they are then. */
export const things = ['a=3', 'b=2', `${LONG}=1`];
