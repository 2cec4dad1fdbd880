/** The etcd engine before a cluster whose members come, go, and are replaced. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { allKeys, isRollcallError, type Store } from '@rollcall/core';
import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../../../../../test/support/program.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { startEtcds, type EtcdProcess } from '../../../../../test/support/etcd-process.js';
import { openEtcdStore, type EtcdStoreOptions } from './store.js';
import { silent } from './subjects.fixture.js';
import { codeOf, followed, insist, put } from './talk.fixture.js';

describeWith(['etcd', 'etcdctl'], 'the etcd engine, while etcd has its troubles', () => {
  const processes: EtcdProcess[] = [];
  const stores: Store[] = [];

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const member of processes.splice(0)) await member.end();
  });

  async function start(members: number): Promise<readonly EtcdProcess[]> {
    const started = await startEtcds(members);
    processes.push(...started);
    return started;
  }

  async function open(members: readonly EtcdProcess[], more: Partial<EtcdStoreOptions> = {}): Promise<Store> {
    const endpoints = members.map(({ endpoint }) => endpoint);
    const common = { prefix: 'p/', watched: 'all', clock: systemClock, random: systemRandom, log: silent } as const;
    const store = await openEtcdStore({ endpoints, ...common, ...more });
    stores.push(store);
    return store;
  }

  it('goes on when the member that answered dies, and its watches miss nothing', async () => {
    const members = await start(3);
    const store = await open(members);
    const watch = followed(store);
    const acknowledged: number[] = [];
    for (let n = 0; n < 60; n++) {
      if (n === 20) await members[0]?.kill();
      acknowledged.push((await insist(store, put(`k${n}`, `${n}`))).revision);
    }
    await expect.poll(() => watch.batches.at(-1)?.revision).toBe(acknowledged.at(-1));
    const told = watch.batches.map(({ revision }) => revision);
    expect(told).toEqual([...new Set(told)].toSorted((left, right) => left - right));
    expect(acknowledged.filter((revision) => !told.includes(revision))).toEqual([]);
    expect((await store.range({ range: allKeys })).entries).toHaveLength(60);
    expect(watch.endings).toEqual([]);
  });

  it('says how each member is: who leads, who is behind, who does not answer', async () => {
    const members = await start(3);
    const store = await open(members);
    const addresses = members.map(({ endpoint }) => endpoint);
    const all = (await store.status()).members ?? [];
    expect(all).toMatchObject(addresses.map((address) => ({ address, answers: true, behind: 0 })));
    expect(all.filter(({ leads }) => leads)).toHaveLength(1);
    const gone = members[all.findIndex(({ leads }) => leads === false)];
    await gone?.kill();
    expect((await store.status()).members).toContainEqual({ address: gone?.endpoint, answers: false });
  });

  it('says at once that etcd is away, without doubt, and is back when etcd is', async () => {
    const [member] = await start(1);
    if (member === undefined) throw new Error('No etcd.');
    const store = await open([member]);
    await store.commit({ then: [put('a', '1')] });
    const watch = followed(store);
    member.signal('SIGSTOP');
    const waiting = store.commit({ then: [put('b', '1')] });
    member.signal('SIGCONT');
    await waiting;
    await member.kill();
    await expect.poll(() => codeOf(store.commit({ then: [put('c', '1')] }))).toBe('store-unavailable');
    expect(await codeOf(store.range({ range: allKeys }))).toBe('store-unavailable');
    await member.startAgain();
    const { revision } = await insist(store, put('d', '1'));
    await expect.poll(() => watch.batches.at(-1)?.revision).toBe(revision);
    expect(watch.endings).toEqual([]);
  });

  it('notices that it is another etcd: everybody reads anew, in another epoch', async () => {
    const [first] = await start(1);
    if (first === undefined) throw new Error('No etcd.');
    const store = await open([first]);
    for (let n = 0; n < 10; n++) await store.commit({ then: [put('a', `${n}`)] });
    const { epoch } = await store.status();
    const watch = followed(store);
    await first.end();
    const [again] = await startEtcds(1, [Number(first.endpoint.split(':')[1])]);
    if (again === undefined) throw new Error('No etcd.');
    processes.push(again);
    await insist(store, put('b', '1'));
    await expect.poll(() => watch.endings.length).toBe(1);
    expect(isRollcallError(watch.endings[0], 'revision-compacted')).toBe(true);
    expect((await store.status()).epoch).not.toBe(epoch);
    const next = followed(store);
    const { revision } = await insist(store, put('c', '1'));
    await expect.poll(() => next.batches.at(-1)?.revision).toBe(revision);
  });

  it('brings its watch up to where the log stands, though others write', async () => {
    const members = await start(1);
    const [ours, others] = [await open(members), await open(members, { prefix: 'q/' })];
    const watch = followed(ours);
    for (let n = 0; n < 5; n++) await others.commit({ then: [put('x', `${n}`)] });
    const { revision } = await ours.range({ range: allKeys, limit: 0 });
    await expect.poll(watch.position).toBeGreaterThanOrEqual(revision);
    expect(watch.batches).toEqual([]);
    expect((await ours.range({ range: allKeys })).entries).toEqual([]);
  });

  it('is let in with a name and a password, and comes back in when its token is no longer good', async () => {
    const members = await start(1);
    const etcdctl = (...args: string[]): Promise<unknown> =>
      promisify(execFile)('etcdctl', [`--endpoints=${members[0]?.endpoint}`, ...args], { env: { ...process.env, ETCDCTL_API: '3' } });
    await etcdctl('user', 'add', 'root:secret');
    await etcdctl('user', 'grant-role', 'root', 'root');
    await etcdctl('auth', 'enable');
    await expect(open(members)).rejects.toMatchObject({ code: 'store-unavailable' });
    const store = await open(members, { user: { name: 'root', password: 'secret' } });
    const watch = followed(store);
    await store.commit({ then: [put('a', '1')] });
    // Whoever changes what users may makes every token old.
    await etcdctl('--user', 'root:secret', 'role', 'add', 'other');
    const { revision } = await insist(store, put('b', '1'));
    await expect.poll(() => watch.batches.at(-1)?.revision).toBe(revision);
  });

  it('does not open where no etcd is', async () => {
    await expect(
      openEtcdStore({ endpoints: ['127.0.0.1:1'], clock: impatientClock(), random: systemRandom, log: silent }),
    ).rejects.toMatchObject({ code: 'store-unavailable', message: expect.stringContaining('127.0.0.1:1') as string });
  });
});

/** A second takes it a hundredth of one. */
function impatientClock(): typeof systemClock {
  return {
    monotonicMs: () => systemClock.monotonicMs() * 100,
    wallMs: () => systemClock.wallMs(),
    after: (delayMs, callback) => systemClock.after(delayMs / 100, callback),
  };
}
