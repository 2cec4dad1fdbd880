/** The etcd engine notices that the log is another one than it was, however that is hidden. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogRange, isRollcallError, type Log, type Meter, type Store } from '@rollcall/core';
import { afterEach, expect, it } from 'vitest';
import { startEtcds, type EtcdProcess } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { relayTo } from './relay.fixture.js';
import { openEtcdStore } from './store.js';
import { followed, insist, put } from './talk.fixture.js';

describeWith(['etcd'], 'an etcd that is not what it was', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function start(members = 1): Promise<readonly EtcdProcess[]> {
    const started = await startEtcds(members);
    for (const member of started) ends.push(() => member.end());
    return started;
  }

  interface Opened {
    readonly store: Store;
    readonly errors: string[];
    readonly replaced: () => number;
  }

  async function open(endpoints: readonly string[]): Promise<Opened> {
    const errors: string[] = [];
    let replaced = 0;
    const log: Log = { info: () => undefined, warn: () => undefined, error: (message) => void errors.push(message) };
    const counter = { add: () => void replaced++ };
    const meter: Meter = { counter: () => counter, histogram: () => ({ observe: () => undefined }), gauge: () => undefined };
    const store = await openEtcdStore({ endpoints, clock: systemClock, random: systemRandom, log, meter });
    ends.push(() => store.close());
    return { store, errors, replaced: () => replaced };
  }

  /** A copy of its data as they are now; the answer puts them back, beneath whoever uses it. */
  async function copyOf(member: EtcdProcess): Promise<() => Promise<void>> {
    const copy = await mkdtemp(join(tmpdir(), 'rollcall-etcd-copy-'));
    ends.push(() => rm(copy, { recursive: true, force: true }));
    await member.kill();
    await cp(member.directory, copy, { recursive: true });
    await member.startAgain();
    return async () => {
      await member.kill();
      await rm(member.directory, { recursive: true });
      await cp(copy, member.directory, { recursive: true });
      await member.startAgain();
    };
  }

  const write = async (store: Store, from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++) await insist(store, put(`/rollcall/instances/${n}`, `${n}`));
  };

  it('is found out where an older copy was put back, though nobody asks it anything', { timeout: 60_000 }, async () => {
    const [member] = await start();
    if (member === undefined) throw new Error('No etcd.');
    const { store, errors, replaced } = await open([member.endpoint]);
    await write(store, 0, 5);
    const putBack = await copyOf(member);
    await write(store, 5, 10);
    const { epoch } = await store.status();
    const watch = followed(store, catalogRange);
    await putBack();
    await expect.poll(() => watch.endings.length).toBe(1);
    expect(isRollcallError(watch.endings[0], 'revision-compacted')).toBe(true);
    expect((await store.status()).epoch).not.toBe(epoch);
    expect((await store.range({ range: catalogRange })).entries).toHaveLength(5);
    expect({ replaced: replaced(), errors }).toEqual({ replaced: 1, errors: [expect.stringContaining('read anew')] });
    const next = followed(store, catalogRange);
    const { revision } = await insist(store, put('/rollcall/instances/new', '1'));
    await expect.poll(() => next.batches.at(-1)?.revision).toBe(revision);
    expect(next.batches).toHaveLength(1);
    expect(replaced()).toBe(1);
  });

  it('is found out where others wrote to it before anybody looked', { timeout: 60_000 }, async () => {
    const [member] = await start();
    if (member === undefined) throw new Error('No etcd.');
    const relay = await relayTo(member.endpoint);
    ends.push(() => relay.close());
    const { store, replaced } = await open([relay.endpoint]);
    await write(store, 0, 5);
    const putBack = await copyOf(member);
    await write(store, 5, 8);
    const { epoch } = await store.status();
    const watch = followed(store, catalogRange);
    // As if this node had been away: it sees the etcd again when it has grown beyond what was known of it.
    relay.cut();
    await putBack();
    const other = await openEtcdStore({
      endpoints: [member.endpoint],
      prefix: '/other',
      clock: systemClock,
      random: systemRandom,
      log: quiet,
    });
    for (let n = 0; n < 20; n++) await other.commit({ then: [put('/rollcall/x', `${n}`)] });
    await other.close();
    relay.mend();
    await expect.poll(() => watch.endings.length).toBe(1);
    expect((await store.status()).epoch).not.toBe(epoch);
    expect((await store.range({ range: catalogRange })).entries).toHaveLength(5);
    expect(replaced()).toBe(1);
  });

  it('is told to every node, and each agrees on the same new epoch', { timeout: 60_000 }, async () => {
    const [member] = await start();
    if (member === undefined) throw new Error('No etcd.');
    const [one, other] = [await open([member.endpoint]), await open([member.endpoint])];
    await write(one.store, 0, 3);
    const putBack = await copyOf(member);
    await write(other.store, 3, 6);
    const watches = [followed(one.store, catalogRange), followed(other.store, catalogRange)];
    await expect.poll(() => watches.map(({ position }) => position() >= 7)).toEqual([true, true]);
    const { epoch } = await one.store.status();
    await putBack();
    await expect.poll(() => watches.map(({ endings }) => endings.length)).toEqual([1, 1]);
    const epochs = [(await one.store.status()).epoch, (await other.store.status()).epoch];
    expect(epochs[0]).toBe(epochs[1]);
    expect(epochs[0]).not.toBe(epoch);
    expect([one.replaced(), other.replaced()]).toEqual([1, 1]);
  });

  it('is not one address of several that leads to a cluster of its own', { timeout: 60_000 }, async () => {
    const members = await start(3);
    const [stranger] = await start();
    const endpoints = [...members, stranger].map((member) => member?.endpoint ?? '');
    const { store, errors, replaced } = await open(endpoints);
    const watch = followed(store, catalogRange);
    await write(store, 0, 3);
    // From one to the next, and past the stranger.
    for (const member of members.slice(0, 1)) await member.kill();
    await write(store, 3, 6);
    await members[0]?.startAgain();
    await members[1]?.kill();
    await write(store, 6, 9);
    await members[1]?.startAgain();
    await members[2]?.kill();
    await write(store, 9, 12);
    await expect.poll(() => new Set(watch.batches.map(({ revision }) => revision)).size).toBe(watch.batches.length);
    expect((await store.range({ range: catalogRange })).entries).toHaveLength(12);
    expect({ replaced: replaced(), endings: watch.endings }).toEqual({ replaced: 0, endings: [] });
    expect(errors).toEqual([expect.stringContaining('leads to another cluster')]);
  });
});

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
