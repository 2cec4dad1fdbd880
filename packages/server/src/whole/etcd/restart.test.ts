/** What clients of etcd have on the embedded store outlives a restart: keys, leases with all their time, watches, who we are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { etcd } from '@rollcall/wire';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { create, EtcdFixture, silent, text } from './face.fixture.js';
import { goneKeysIn } from '../../faces/etcd/gone-keys-file.js';
import { openLmdbStore } from '../../stores/lmdb/store.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function open(): Promise<{ readonly face: EtcdFixture; readonly clock: SimulatedClock; readonly stop: () => Promise<void> }> {
  const clock = new SimulatedClock();
  const store = await openLmdbStore({ directory, clock, random: new SeededRandom(1), log: silent, history: { revisionsMax: 20 } });
  const shelf = goneKeysIn(directory);
  const face = await EtcdFixture.open(shelf === undefined ? { store } : { store, shelf });
  await face.services.quiet.start();
  return {
    face,
    clock,
    stop: async () => {
      await face.services.quiet.close();
      await store.close();
    },
  };
}

const look = (face: EtcdFixture): Promise<etcd.LeaseTimeToLiveResponse> =>
  face.ask('/etcdserverpb.Lease/LeaseTimeToLive', etcd.leaseTimeToLiveRequest, etcd.leaseTimeToLiveResponse, { id: 7n, keys: true });

async function turns(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((later) => setImmediate(later));
}

it('a lease has all of its time again, and its keys', async () => {
  const before = await open();
  await before.face.grant(30, 7n);
  await before.face.put('s/a', '1', { lease: 7n });
  await before.clock.advance(25_000);
  expect((await look(before.face)).ttl).toBe(5);
  await before.stop();

  const after = await open();
  const { ttl, grantedTtl, keys } = await look(after.face);
  expect([ttl, grantedTtl, keys.map(text)]).toEqual([30, 30, ['s/a']]);
  await after.clock.advance(29_000);
  expect(await after.face.range('s/a')).toMatchObject({ count: 1 });
  await after.clock.advance(2_000);
  await expect.poll(async () => (await after.face.range('s/a')).count).toBe(0);
  await after.stop();
});

it('a watch goes on where it stood, in a quiet range also behind what was compacted meanwhile', async () => {
  const before = await open();
  await before.face.put('quiet/a', '1');
  await before.face.put('gone/a', '1');
  await before.face.remove('gone/a');
  const { header } = await before.face.put('loud/a', '0');
  for (let at = 1; at < 40; at++) await before.face.put('loud/a', String(at));
  await before.clock.advance(11_000);
  await expect.poll(async () => (await before.face.store.status()).compactedRevision).toBeGreaterThan(header.revision);
  await before.stop();

  const { face, stop } = await open();
  const watching = face.watching();
  await watching.say(create('quiet/', 'quiet0', { startRevision: 3 }));
  await watching.say(create('gone/', 'gone0', { startRevision: 3 }));
  await watching.say(create('loud/', 'loud0', { startRevision: 38 }));
  await expect.poll(() => watching.listener.heard.length).toBeGreaterThan(10);
  await face.put('quiet/a', '2');
  await turns();
  const { heard } = watching.listener;
  expect(heard.flatMap(({ watchId, canceled }) => (canceled ? [watchId] : []))).toEqual([1]);
  expect(heard.flatMap(({ watchId, events }) => events.map(({ kv }) => [watchId, kv.modRevision]))).toEqual([
    ...Array.from({ length: 7 }, (_, at) => [2, 38 + at]),
    [0, 45],
  ]);
  await stop();
});

it('is the same cluster and the same member', async () => {
  const before = await open();
  const { header: one } = await before.face.put('a');
  await before.stop();
  const after = await open();
  const { header: other } = await after.face.range('a');
  expect(other).toEqual(one);
  await after.stop();
});
