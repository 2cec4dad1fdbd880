import { describe, expect, it } from 'vitest';
import { checkInvariants } from '@rollcall/conformance';
import { fromText, singleKey, type Store } from '@rollcall/core';
import { encodeSnapshot } from '../../shared/snapshot.js';
import { get, listen, pairs, put, refusal, remove, write } from './brief-requests.fixture.js';
import { openHeld, writtenBut } from './held-disk.fixture.js';

const longKey = 'long'.padEnd(5_000, '.');
const lease = 7n;

/** As it becomes known: whether a promise has settled. */
function outcome(promise: Promise<unknown>): () => string {
  let text = 'waits';
  promise.then(
    () => (text = 'done'),
    (error: unknown) => (text = String((error as { code?: unknown }).code)),
  );
  return () => text;
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
