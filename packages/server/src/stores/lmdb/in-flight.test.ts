import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkInvariants } from '@rollcall/conformance';
import { fromText, singleKey, type Store } from '@rollcall/core';
import { encodeSnapshot } from '../../shared/snapshot.js';
import { get, listen, pairs, put, refusal, remove, write } from './brief-requests.fixture.js';
import { holdLog, holdTables, type HeldDisk } from './held-disk.fixture.js';
import { openStore } from './open-store.fixture.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';

const longKey = 'long'.padEnd(5_000, '.');
const lease = 7n;

async function openHeld(): Promise<{ readonly store: Store; readonly disk: HeldDisk; readonly directory: string }> {
  const directory = await temporaryDirectory();
  const disk = holdLog();
  const store = await openStore(directory);
  onTestFinished(() => {
    disk.release();
    return store.close();
  });
  return { store, disk, directory };
}

/** As it becomes known: whether a promise has settled. */
function outcome(promise: Promise<unknown>): () => string {
  let text = 'waits';
  promise.then(
    () => (text = 'done'),
    (error: unknown) => (text = String((error as { code?: unknown }).code)),
  );
  return () => text;
}

async function writtenBut(disk: HeldDisk): Promise<void> {
  await vi.waitFor(() => expect(disk.written()).toBeGreaterThan(0));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function snapshotText(store: Store): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of encodeSnapshot(store)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

describe('what is on its way to disk', () => {
  it('is acknowledged to nobody and seen by nobody, until it is there', async () => {
    const { store, disk } = await openHeld();
    await store.grantLease({ id: lease, ttlMs: 1_000 });
    await write(store, put('a', 'old'), put('gone', 'old'), put('b', 'old'));
    const heard = listen(store);
    disk.hold();
    const writing = store.commit({ then: [put('a', 'new', lease), remove('gone'), put('fresh', 'new'), put(longKey, 'new')] });
    const acknowledged = outcome(writing);
    await writtenBut(disk);

    expect(acknowledged()).toBe('waits');
    expect(await pairs(store)).toEqual(['a=old', 'b=old', 'gone=old']);
    expect(await pairs(store, 2)).toEqual(['a=old', 'b=old', 'gone=old']);
    expect((await store.range({ range: singleKey(fromText('fresh')) })).entries).toEqual([]);
    expect((await store.range({ range: singleKey(fromText('gone')) })).entries).toHaveLength(1);
    expect((await store.status()).revision).toBe(2);
    expect((await refusal(store.range({ range: singleKey(fromText('a')), revision: 3 }))) as object).toMatchObject({
      code: 'revision-in-future',
    });
    expect((await store.lease(lease)).keys).toEqual([]);
    expect(heard).toEqual([]);
    expect(listen(store, 2)).toEqual([]);
    expect(await snapshotText(store)).not.toContain('new');

    disk.release();
    await writing;
    expect(await pairs(store)).toEqual(['a=new', 'b=old', 'fresh=new', `${longKey}=new`]);
    expect(heard).toEqual([`3: a=new -gone fresh=new ${longKey}=new`]);
    expect((await store.lease(lease)).keys).toHaveLength(1);
    expect(await snapshotText(store)).toContain('new');
    await checkInvariants(store);
  });

  it('is what the next commits are judged against', async () => {
    const { store, disk } = await openHeld();
    const heard = listen(store);
    disk.hold();
    const first = store.commit({ then: [put('a', '1')] });
    await writtenBut(disk);
    const isStill = (mod: number) => ({ range: singleKey(fromText('a')), target: 'mod', is: '=', operand: mod }) as const;
    const inTime = store.commit({ when: [isStill(2)], then: [put('a', '2')] });
    const tooLate = store.commit({ when: [isStill(2)], then: [put('a', 'wrong')], else: [get('a')] });
    const onlyLooks = store.commit({ then: [get('a')] });
    const waiting = [first, inTime, tooLate, onlyLooks].map(outcome);
    await writtenBut(disk);

    expect(waiting.map((look) => look())).toEqual(['waits', 'waits', 'waits', 'waits']);
    expect(await pairs(store)).toEqual([]);
    disk.release();
    expect((await inTime).succeeded).toBe(true);
    expect(await tooLate).toMatchObject({ succeeded: false, results: [{ entries: [{ modRevision: 3 }] }] });
    expect(await onlyLooks).toMatchObject({ results: [{ entries: [{ modRevision: 3 }] }] });
    expect(heard).toEqual(['2: a=1', '3: a=2']);
    await checkInvariants(store);
  });

  it('is a lease that nobody sees and that can be had only once', async () => {
    const { store, disk } = await openHeld();
    disk.hold();
    const granting = store.grantLease({ id: lease, ttlMs: 1_000 });
    await writtenBut(disk);
    expect(await store.leases()).toEqual([]);
    expect(await refusal(store.grantLease({ id: lease, ttlMs: 1_000 }))).toMatchObject({ code: 'lease-exists' });
    disk.release();
    await granting;
    expect(await store.leases()).toEqual([lease]);
  });

  it('is a revocation whose keys stand until it is there', async () => {
    const { store, disk } = await openHeld();
    await store.grantLease({ id: lease, ttlMs: 1_000 });
    await write(store, put('a', '1', lease));
    disk.hold();
    const adding = write(store, put('b', '1', lease));
    const revoking = store.revokeLease(lease);
    await writtenBut(disk);
    expect(await pairs(store)).toEqual(['a=1']);
    expect(await refusal(write(store, put('c', '1', lease)))).toMatchObject({ code: 'lease-not-found' });
    disk.release();
    await adding;
    await revoking;
    expect(await pairs(store)).toEqual([]);
    await checkInvariants(store);
  });
});

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
