import { SimulatedClock } from '@rollcall/conformance';
import { fromText, isRollcallError, type Store } from '@rollcall/core';
import { afterEach, describe, expect, it } from 'vitest';
import { describeWith } from '../../../../../test/support/program.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { askForSigns, WatchContact } from './contact.js';
import { startEtcds, type EtcdProcess } from '../../../../../test/support/etcd-process.js';
import { openEtcdStore } from './store.js';
import { silent } from './subjects.fixture.js';

describe('signs of life', () => {
  it('are asked for in silence only, and their absence is told once', async () => {
    const clock = new SimulatedClock();
    const said: string[] = [];
    const signs = askForSigns(
      clock,
      5,
      () => said.push('asked'),
      () => said.push('silent'),
    );
    for (let second = 0; second < 5; second++) {
      await clock.advance(900);
      signs.heard();
    }
    expect(said).toEqual([]);
    await clock.advance(20_000);
    expect(said).toEqual(['asked', 'asked', 'asked', 'asked', 'silent']);
  });

  it('are not missed by whoever slept himself: one look after any gap is one look', async () => {
    const clock = new SimulatedClock();
    let [asked, lost] = [0, false];
    const signs = askForSigns(
      clock,
      5,
      () => {
        asked++;
        signs.heard();
      },
      () => (lost = true),
    );
    await clock.advance(600_000);
    expect(lost).toBe(false);
    expect(asked).toBeGreaterThan(100);
    signs.end();
  });
});

describe('a contact', () => {
  it('tells since when nothing was heard, and whoever follows when that begins and ends', async () => {
    const clock = new SimulatedClock();
    const contact = new WatchContact(clock);
    let told = 0;
    const unfollow = contact.follow(() => told++);
    const begunMs = clock.wallMs();
    expect(contact).toMatchObject({ lostSinceMs: begunMs, isAway: false });
    await clock.advance(1_000);
    contact.heard();
    contact.heard();
    expect({ told, since: contact.lostSinceMs }).toEqual({ told: 1, since: null });
    await clock.advance(2_000);
    contact.lost();
    expect(contact).toMatchObject({ lostSinceMs: begunMs + 1_000, isAway: false });
    await clock.advance(3_000);
    expect(contact.isAway).toBe(true);
    contact.heard();
    expect({ told, since: contact.lostSinceMs, isAway: contact.isAway }).toEqual({ told: 3, since: null, isAway: false });
    unfollow();
    contact.lost();
    expect(told).toBe(3);
  });
});

describe('patience', () => {
  it('grows with every watch that was broken off before it told anything, and ends with the first word', () => {
    const contact = new WatchContact(new SimulatedClock());
    const looks = Array.from({ length: 7 }, () => {
      contact.wasImpatient();
      return contact.silentLooksMax;
    });
    expect(looks).toEqual([10, 20, 40, 80, 160, 160, 160]);
    contact.answered();
    expect(contact.silentLooksMax).toBe(5);
  });
});

describeWith(['etcd'], 'the contact with etcd', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function startOne(): Promise<EtcdProcess> {
    const [member] = await startEtcds(1);
    if (member === undefined) throw new Error('No etcd.');
    ends.push(() => member.end());
    return member;
  }

  async function open(member: EtcdProcess, away: { readonly away?: 'go on' } = {}): Promise<Store> {
    const store = await openEtcdStore({ endpoints: [member.endpoint], clock: systemClock, random: systemRandom, log: silent, ...away });
    ends.push(() => store.close());
    return store;
  }

  const codeOf = (answer: Promise<unknown>): Promise<string> =>
    answer.then(
      () => 'answered',
      (error: unknown) => (isRollcallError(error) ? error.code : String(error)),
    );
  const put = (store: Store, key: string): Promise<string> =>
    codeOf(store.commit({ then: [{ type: 'put', key: fromText(`/rollcall/${key}`), value: fromText('1') }] }));
  const isLost = (store: Store) => () => store.contact?.lostSinceMs !== null;
  const patience = { timeout: 15_000, interval: 50 };

  it('is lost where etcd is suspended: it waits at first, and refuses at once when it knows', { timeout: 60_000 }, async () => {
    const member = await startOne();
    const store = await open(member);
    await expect.poll(isLost(store)).toBe(false);
    expect(await put(store, 'a')).toBe('answered');
    member.signal('SIGSTOP');
    expect(await put(store, 'b')).toBe('outcome-unknown');
    await expect.poll(isLost(store), patience).toBe(true);
    expect(store.contact?.lostSinceMs).toBeLessThan(Date.now() - 4_000);
    await expect.poll(() => put(store, 'c'), patience).toBe('store-unavailable');
    const many = await Promise.all(Array.from({ length: 1_000 }, (_, n) => put(store, `${n}`)));
    expect(new Set(many)).toEqual(new Set(['store-unavailable']));
    member.signal('SIGCONT');
    await expect.poll(isLost(store), patience).toBe(false);
    await expect.poll(() => put(store, 'd'), patience).toBe('answered');
  });

  it('is lost and found again where etcd is killed and started', { timeout: 60_000 }, async () => {
    const member = await startOne();
    const store = await open(member);
    await member.kill();
    await expect.poll(isLost(store), patience).toBe(true);
    expect(await put(store, 'a')).toBe('store-unavailable');
    await member.startAgain();
    await expect.poll(isLost(store), patience).toBe(false);
    expect(await put(store, 'a')).toBe('answered');
  });

  it('is made later where etcd is away at the start, if one can go on without', { timeout: 60_000 }, async () => {
    const member = await startOne();
    await member.kill();
    const store = await open(member, { away: 'go on' });
    expect(isLost(store)()).toBe(true);
    expect(await put(store, 'a')).toBe('store-unavailable');
    expect(await codeOf(store.status())).toBe('store-unavailable');
    await member.startAgain();
    await expect.poll(isLost(store), patience).toBe(false);
    expect(await put(store, 'a')).toBe('answered');
  });

  it('can be given up before it was ever made', { timeout: 60_000 }, async () => {
    const member = await startOne();
    await member.kill();
    const store = await open(member, { away: 'go on' });
    await store.close();
    expect(await codeOf(store.status())).toBe('store-closed');
  });
});
