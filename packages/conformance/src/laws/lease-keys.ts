/** A key hangs on the lease of its last put, and on no other. */
import { toText, type Store } from '@rollcall/core';
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { put, putAgain, remove } from '../talk.js';

async function keysOn(store: Store, id: bigint): Promise<string[]> {
  return (await store.lease(id)).keys.map(toText).sort();
}

export const leaseKeys: Law = law('lease-keys', 'a key hangs on the lease of its last put, and on no other', {
  'a lease lists the keys on it': async ({ store, grant, write }) => {
    const { id } = await grant();
    await write(put('b', '1', id), put('a', '1', id), put('c', '1'));
    expect(await keysOn(store, id)).toEqual(['a', 'b']);
  },

  'a put without lease detaches': async ({ store, grant, write, pairs }) => {
    const { id } = await grant();
    await write(put('a', '1', id), put('b', '1', id), put('c', '1', id));
    await write(put('a', '2'), putAgain('b'));
    expect(await keysOn(store, id)).toEqual(['c']);
    await store.revokeLease(id);
    expect(await pairs()).toEqual(['a=2', 'b=1']);
  },

  'a put that keeps the lease stays on it': async ({ store, grant, write, pairs }) => {
    const { id } = await grant();
    await write(put('a', '1', id));
    await write(put('a', '2', 'keep'));
    await write(putAgain('a', 'keep'));
    expect(await keysOn(store, id)).toEqual(['a']);
    await store.revokeLease(id);
    expect(await pairs()).toEqual([]);
  },

  'a put on another lease moves the key there': async ({ store, grant, write, pairs }) => {
    const [first, second] = [await grant(), await grant()];
    await write(put('a', '1', first.id), put('b', '1', first.id));
    await write(put('a', '2', second.id));
    expect(await keysOn(store, first.id)).toEqual(['b']);
    expect(await keysOn(store, second.id)).toEqual(['a']);
    await store.revokeLease(first.id);
    expect(await pairs()).toEqual(['a=2']);
  },

  'a deleted key hangs on nothing, nor does it when it comes back': async ({ store, grant, write, pairs }) => {
    const { id } = await grant();
    await write(put('a', '1', id), put('b', '1', id));
    await write(remove('a'));
    expect(await keysOn(store, id)).toEqual(['b']);
    await write(put('a', '2'));
    await store.revokeLease(id);
    expect(await pairs()).toEqual(['a=2']);
  },

  'a put on a key that has no lease attaches it': async ({ store, grant, write }) => {
    const { id } = await grant();
    await write(put('a', '1'));
    await write(putAgain('a', id));
    expect(await keysOn(store, id)).toEqual(['a']);
  },

  'a commit that is refused attaches nothing': async ({ store, grant, write }) => {
    const { id } = await grant();
    await refused(write(put('a', '1', id), putAgain('missing')), 'not-found');
    expect(await keysOn(store, id)).toEqual([]);
  },

  'whoever puts while the lease is revoked is on it or is refused': async ({ store, grant, write, pairs }) => {
    for (let round = 0; round < 10; round++) {
      const { id } = await grant();
      await write(put('a', '1', id));
      const late = write(put('b', '1', id));
      await Promise.all([store.revokeLease(id), late.catch(() => refused(late, 'lease-not-found'))]);
      expect(await pairs()).toEqual([]);
    }
  },
});
