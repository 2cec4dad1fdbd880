/** The etcd engine on an etcd that is full: what it says, and that it is over when there is room again. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { catalogRange, type Store } from '@rollcall/core';
import { afterEach, expect, it } from 'vitest';
import { startEtcds } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { Compaction } from './compaction.js';
import { openEtcdStore } from './store.js';
import { silent } from './subjects.fixture.js';
import { codeOf, insist, put } from './talk.fixture.js';

const QUOTA_BYTES = 1024 * 1024;

describeWith(['etcd', 'etcdctl'], 'an etcd that is full', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it('refuses what is written, is read as ever, says so, and takes it again when there is room', { timeout: 60_000 }, async () => {
    const [member] = await startEtcds(1, [], { flags: { 'quota-backend-bytes': String(QUOTA_BYTES) } });
    if (member === undefined) throw new Error('No etcd.');
    ends.push(() => member.end());
    const store: Store = await openEtcdStore({ endpoints: [member.endpoint], clock: systemClock, random: systemRandom, log: silent });
    ends.push(() => store.close());
    await store.commit({ then: [put('/rollcall/x', 'x'.repeat(300_000))] });
    expect((await store.status()).alarms).toBeUndefined();
    const write = (): Promise<string> => codeOf(store.commit({ then: [put('/rollcall/x', 'x'.repeat(300_000))] }));
    await expect.poll(write).toBe('store-full');
    await expect.poll(async () => (await store.status()).alarms).toEqual([expect.stringContaining('NOSPACE')]);
    expect((await store.range({ range: catalogRange })).entries).toHaveLength(1);
    // Whose task it is forgets history all the same: nobody can write down that he did.
    const compaction = new Compaction({ store, limits: { revisionsMax: 1, ageMaxMs: 60_000 }, clock: systemClock, log: silent });
    await compaction.round();
    compaction.close();
    const { revision, compactedRevision } = await store.status();
    expect(compactedRevision).toBe(revision - 1);
    const etcdctl = (...args: string[]): Promise<unknown> =>
      promisify(execFile)('etcdctl', [`--endpoints=${member.endpoint}`, ...args], { env: { ...process.env, ETCDCTL_API: '3' } });
    await etcdctl('defrag');
    await etcdctl('alarm', 'disarm');
    expect((await insist(store, put('/rollcall/y', '1'))).succeeded).toBe(true);
    expect((await store.status()).alarms).toBeUndefined();
  });
});
