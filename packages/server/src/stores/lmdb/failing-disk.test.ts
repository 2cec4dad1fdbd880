import { checkInvariants } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { get, listen, pairs, put, refusal, remove, write } from './brief-requests.fixture.js';
import { holdTables, openHeld, writtenBut } from './held-disk.fixture.js';
import { openStore } from './open-store.fixture.js';

const lease = 7n;

describe('a commit that the disk refuses', () => {
  it.each([
    ['ENOSPC: no space left on device', 'store-full', 'store-full'],
    ['EDQUOT: disk quota exceeded', 'store-full', 'store-full'],
    // Whether the disk took it, only the next start can tell.
    ['EIO: i/o error', 'store-failed', 'outcome-unknown'],
  ])('with %s is refused, and so is all that was judged after it', async (message, code, firstCode) => {
    const { store, disk } = await openHeld();
    await store.grantLease({ id: lease, ttlMs: 1_000 });
    await write(store, put('a', 'old', lease), put('gone', 'old'));
    const heard = listen(store);
    disk.hold();
    disk.fail(new Error(message));
    const refused = [store.commit({ then: [put('a', 'new'), remove('gone')] }).catch((error: unknown) => error)];
    await writtenBut(disk);
    refused.push(
      store.commit({ then: [put('b', 'new', lease)] }).catch((error: unknown) => error),
      store.commit({ then: [get('a')] }).catch((error: unknown) => error),
      store.grantLease({ id: 8n, ttlMs: 1_000 }).catch((error: unknown) => error),
      store.revokeLease(lease).catch((error: unknown) => error),
    );
    disk.release();

    expect(await Promise.all(refused)).toMatchObject(Array.from(refused, (_, index) => ({ code: index === 0 ? firstCode : code })));
    expect(await pairs(store)).toEqual(['a=old', 'gone=old']);
    expect(heard).toEqual([]);
    expect(await store.leases()).toEqual([lease]);
    expect((await store.lease(lease)).keys).toHaveLength(1);
    expect((await store.status()).revision).toBe(2);
    disk.fail(null);
    if (code === 'store-full') {
      expect(await write(store, put('a', 'newer', lease))).toBe(3);
      await store.revokeLease(lease);
      expect(heard).toEqual(['3: a=newer', '4: -a']);
    }
    await checkInvariants(store);
  });

  it('for a reason that leaves the disk in doubt is the last one until the store is opened again', async () => {
    const { store, disk, directory } = await openHeld();
    await write(store, put('a', '1'));
    disk.fail(new Error('EIO: i/o error'));
    const message = expect.stringContaining(directory) as string;
    expect(await refusal(write(store, put('a', '2')))).toMatchObject({ code: 'outcome-unknown', message });
    disk.fail(null);
    expect(await refusal(write(store, put('b', '1')))).toMatchObject({ code: 'store-failed' });
    expect(await refusal(store.grantLease({ ttlMs: 1_000 }))).toMatchObject({ code: 'store-failed' });
    expect(await pairs(store)).toEqual(['a=1']);
    await store.close();
    const again = await openStore(directory);
    expect(await write(again, put('b', '1'))).toBe(3);
    await checkInvariants(again);
    await again.close();
  });
});

describe('tables that the disk refuses to write', () => {
  it('can be compacted later', async () => {
    const tables = holdTables();
    const { store } = await openHeld();
    for (const value of ['1', '2', '3']) await write(store, put('a', value));
    tables.fail(new Error('ENOSPC'));
    expect(await refusal(store.compact(3))).toMatchObject({ code: 'store-full' });
    tables.fail(null);
    expect(await pairs(store, 2)).toEqual(['a=1']);
    await store.compact(3);
    expect(await refusal(pairs(store, 2))).toMatchObject({ code: 'revision-compacted' });
    await checkInvariants(store);
  });

  it('take nothing more, and nor does the log, if that leaves the disk in doubt', async () => {
    const tables = holdTables();
    const { store, directory } = await openHeld();
    for (const value of ['1', '2', '3']) await write(store, put('a', value));
    tables.fail(new Error('EIO: i/o error'));
    expect(await refusal(store.compact(3))).toMatchObject({ code: 'store-failed' });
    tables.fail(null);
    expect(await refusal(store.compact(3))).toMatchObject({ code: 'store-failed' });
    expect(await refusal(write(store, put('a', '4')))).toMatchObject({ code: 'store-failed' });
    expect(await pairs(store)).toEqual(['a=3']);
    await store.close();
    const again = await openStore(directory);
    expect(await pairs(again)).toEqual(['a=3']);
    await checkInvariants(again);
    await again.close();
  });
});
