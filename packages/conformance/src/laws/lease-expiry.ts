/** A lease that nobody keeps expires after its ttl, not before, and takes its keys along in one revision. */
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { numbered, put } from '../talk.js';
import type { Trial } from '../trial.js';
import { eventually } from '../wait.js';

/** So long after a deadline every engine has noticed it. */
const WELL_PAST = 2;

async function expires({ store }: Trial, id: bigint): Promise<void> {
  await eventually(
    async () => !(await store.leases()).includes(id),
    () => `for lease ${id} to expire`,
  );
}

export const leaseExpiry: Law = law('lease-expiry', 'a lease that nobody keeps expires after its ttl and takes its keys along', {
  'all of them in one revision': async (trial) => {
    const { store, write, grant, listen, pairs, advance, head } = trial;
    const { id, ttlMs } = await grant();
    const keys = numbered('k', 50);
    await write(...keys.map((key) => put(key, '1', id)), put('other', '1'));
    const listener = listen({ previous: true });
    await advance(ttlMs * WELL_PAST);
    await expires(trial, id);
    await listener.reaches(3);
    expect(listener.story[0]?.split(' ').slice(1).sort()).toEqual(keys.map((key) => `-${key}`));
    expect(listener.batches[0]?.changes.every((change) => change.previous?.lease === id)).toBe(true);
    expect(await pairs()).toEqual(['other=1']);
    expect(await head()).toBe(3);
    await refused(store.keepLease(id), 'lease-not-found');
    await refused(store.lease(id), 'lease-not-found');
    await refused(store.revokeLease(id), 'lease-not-found');
    await refused(write(put('k', '1', id)), 'lease-not-found');
  },

  'not before its ttl is over': async ({ store, write, grant, pairs, advance }) => {
    const { id, ttlMs } = await grant();
    await write(put('a', '1', id));
    await advance(ttlMs * 0.9);
    expect(await store.leases()).toEqual([id]);
    expect(await pairs()).toEqual(['a=1']);
  },

  'not while it is kept': async (trial) => {
    const { store, write, grant, pairs, advance } = trial;
    const { id, ttlMs } = await grant();
    await write(put('a', '1', id));
    for (let beat = 0; beat < 5; beat++) {
      await advance(ttlMs * 0.6);
      expect(await store.keepLease(id)).toEqual({ ttlMs });
    }
    expect(await pairs()).toEqual(['a=1']);
    await advance(ttlMs * WELL_PAST);
    await expires(trial, id);
    expect(await pairs()).toEqual([]);
  },

  'what remains of it shrinks, and is whole again when it is kept': async ({ store, grant, advance }) => {
    const { id, ttlMs } = await grant();
    await advance(ttlMs * 0.6);
    const { remainingMs } = await store.lease(id);
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThan(ttlMs * 0.6);
    await store.keepLease(id);
    expect((await store.lease(id)).remainingMs).toBeGreaterThan(ttlMs * 0.8);
  },

  'each by its own ttl': async (trial) => {
    const { store, write, grant, pairs, advance, leaseTtlMs } = trial;
    const [short, long] = [await grant(leaseTtlMs), await grant(leaseTtlMs * 2.5)];
    await write(put('short', '1', short.id), put('long', '1', long.id));
    await advance(short.ttlMs * WELL_PAST);
    await expires(trial, short.id);
    expect(await pairs()).toEqual(['long=1']);
    expect(await store.leases()).toEqual([long.id]);
    await advance(long.ttlMs * WELL_PAST);
    await expires(trial, long.id);
    expect(await pairs()).toEqual([]);
  },

  'a put on it does not keep it': async (trial) => {
    const { write, grant, pairs, advance } = trial;
    const { id, ttlMs } = await grant();
    await advance(ttlMs * 0.7);
    await write(put('a', '1', id));
    await advance(ttlMs * 0.7);
    await expires(trial, id);
    expect(await pairs()).toEqual([]);
  },

  'without keys it takes no revision': async (trial) => {
    const { id, ttlMs } = await trial.grant();
    await trial.advance(ttlMs * WELL_PAST);
    await expires(trial, id);
    expect(await trial.head()).toBe(1);
  },

  'what was detached stays': async (trial) => {
    const { write, grant, pairs, advance } = trial;
    const { id, ttlMs } = await grant();
    await write(put('a', '1', id), put('b', '1', id));
    await write(put('a', '2'));
    await advance(ttlMs * WELL_PAST);
    await expires(trial, id);
    expect(await pairs()).toEqual(['a=2']);
  },

  'many at once all go': async ({ store, write, grant, pairs, advance, leaseTtlMs }) => {
    const leases = await Promise.all(Array.from({ length: 100 }, () => grant()));
    await Promise.all(leases.map(({ id }, at) => write(put(`k${at}`, '1', id))));
    await advance(leaseTtlMs * WELL_PAST);
    await eventually(
      async () => (await store.leases()).length === 0,
      () => 'for 100 leases to expire',
    );
    expect(await pairs()).toEqual([]);
  },

  'its id may be granted again afterwards': async (trial) => {
    const { store, advance, write, pairs, leaseTtlMs } = trial;
    const { ttlMs } = await store.grantLease({ id: 5n, ttlMs: leaseTtlMs });
    await advance(ttlMs * WELL_PAST);
    await expires(trial, 5n);
    await store.grantLease({ id: 5n, ttlMs: leaseTtlMs });
    await write(put('a', '1', 5n));
    await advance(ttlMs * 0.9);
    expect(await pairs()).toEqual(['a=1']);
  },
});
