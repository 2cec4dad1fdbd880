/** A lease is granted once under its id, and is gone when it is revoked. */
import { NO_LEASE } from '@rollcall/core';
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { plainRange } from '../plain.js';
import { numbered, one, put, span } from '../talk.js';
import { LEASE_TTL_MS } from '../trial.js';

const LARGEST_ID = 2n ** 63n - 1n;

export const leaseGrants: Law = law('lease-grants', 'a lease is granted once under its id, and is gone when it is revoked', {
  'an id that is not given is chosen': async ({ grant, store }) => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await grant()).id));
    expect(new Set(ids).size).toBe(20);
    expect(ids).not.toContain(NO_LEASE);
    expect((await store.leases()).toSorted(ascending)).toEqual(ids.toSorted(ascending));
  },

  'an id that is given is taken': async ({ store }) => {
    for (const id of [1n, 0x1234n, LARGEST_ID]) {
      expect(await store.grantLease({ id, ttlMs: LEASE_TTL_MS })).toMatchObject({ id });
      expect(await store.lease(id)).toMatchObject({ id, keys: [] });
    }
  },

  'an id is not granted twice at once': async ({ store, write }) => {
    await store.grantLease({ id: 7n, ttlMs: LEASE_TTL_MS });
    await write(put('a', '1', 7n));
    await refused(store.grantLease({ id: 7n, ttlMs: LEASE_TTL_MS }), 'lease-exists');
    expect((await store.lease(7n)).keys.length).toBe(1);
    await store.revokeLease(7n);
    await store.grantLease({ id: 7n, ttlMs: LEASE_TTL_MS });
    expect((await store.lease(7n)).keys).toEqual([]);
  },

  'of those who ask for one id together, one gets it': async ({ store }) => {
    const asked = Array.from({ length: 5 }, () => store.grantLease({ id: 9n, ttlMs: LEASE_TTL_MS }));
    const answers = await Promise.allSettled(asked);
    expect(answers.filter((answer) => answer.status === 'fulfilled').length).toBe(1);
    for (const [at, answer] of answers.entries())
      if (answer.status === 'rejected') await refused(asked[at] as Promise<unknown>, 'lease-exists');
  },

  'the ttl is answered, and never shorter than asked for': async ({ store, grant }) => {
    const { id, ttlMs } = await grant(LEASE_TTL_MS);
    expect(ttlMs).toBeGreaterThanOrEqual(LEASE_TTL_MS);
    expect(await store.keepLease(id)).toEqual({ ttlMs });
    expect(await store.lease(id)).toMatchObject({ id, ttlMs });
  },

  'granting and keeping take no revision': async ({ store, grant, head }) => {
    const { id } = await grant();
    await store.keepLease(id);
    expect(await head()).toBe(1);
  },

  'revoking deletes everything on the lease in one revision': async ({ store, grant, write, listen, pairs }) => {
    const { id } = await grant();
    const keys = numbered('k', 200);
    await write(...keys.slice(0, 100).map((key) => put(key, '1', id)));
    await write(...keys.slice(100).map((key) => put(key, '1', id)), put('other', '1'));
    const listener = listen({ previous: true });
    expect(await store.revokeLease(id)).toEqual({ revision: 4 });
    await listener.reaches(4);
    expect(listener.batches.length).toBe(1);
    expect(listener.story[0]?.split(' ').slice(1).sort()).toEqual(keys.map((key) => `-${key}`));
    expect(listener.batches[0]?.changes.every((change) => change.previous?.lease === id)).toBe(true);
    expect(await pairs()).toEqual(['other=1']);
  },

  'revoking a lease without keys takes no revision': async ({ store, grant, head }) => {
    const { id } = await grant();
    expect(await store.revokeLease(id)).toEqual({ revision: 1 });
    expect(await head()).toBe(1);
    expect(await store.leases()).toEqual([]);
  },

  'a lease that is not there is not found': async ({ store, grant, write, pairs }) => {
    const { id } = await grant();
    await store.revokeLease(id);
    for (const missing of [id, 99n]) {
      await refused(store.revokeLease(missing), 'lease-not-found');
      await refused(store.keepLease(missing), 'lease-not-found');
      await refused(store.lease(missing), 'lease-not-found');
      await refused(write(put('a', '1'), put('b', '1', missing)), 'lease-not-found');
    }
    expect(await pairs()).toEqual([]);
  },

  'what a lease held can be read in the past': async ({ store, grant, write }) => {
    const { id } = await grant();
    await write(put('a', '1', id));
    await store.revokeLease(id);
    expect(plainRange(await store.range({ range: span(''), revision: 2 })).entries).toMatchObject([{ key: 'a', lease: id }]);
    expect(plainRange(await store.range({ range: one('a') })).entries).toEqual([]);
  },
});

function ascending(left: bigint, right: bigint): number {
  return left < right ? -1 : 1;
}
