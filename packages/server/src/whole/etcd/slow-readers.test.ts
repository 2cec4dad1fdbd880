import { describe, expect, it } from 'vitest';
import { bytes, create, EtcdFixture, putOperation } from './face.fixture.js';
import { told, turns, type Watching } from './watching.fixture.js';

describe('what is large', () => {
  const large = 'x'.repeat(300_000);

  async function manyAtOnce(fragment: boolean): Promise<Watching> {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('a', 'b', { fragment, prevKv: true }));
    await face.txn({ success: [1, 2, 3, 4].map((at) => putOperation(`a${at}`, { value: bytes(large) })) });
    await face.txn({ success: [1, 2, 3, 4].map((at) => putOperation(`a${at}`, { value: bytes(large) })) });
    return watching;
  }

  it('comes in pieces for who wants that', async () => {
    const { listener } = await manyAtOnce(true);
    const pieces = listener.heard.map(({ events, fragment, header }) => [header.revision, events.length, fragment]);
    expect(pieces).toEqual([
      [1, 0, false],
      [2, 4, false],
      [3, 3, true],
      [3, 1, false],
    ]);
  });

  it('comes whole for everybody else', async () => {
    const { listener } = await manyAtOnce(false);
    expect(listener.heard.map(({ events }) => events.length)).toEqual([0, 4, 4]);
  });
});

it('a slow reader is waited for, and misses nothing', async () => {
  const face = await EtcdFixture.open();
  const watching = face.watching();
  await watching.say(create('a'));
  watching.listener.takes = false;
  for (let at = 0; at < 300; at++) await face.put('a', `${at} ${'x'.repeat(5_000)}`);
  // Half a megabyte waits for it, and no more.
  const waiting = watching.listener.heard.length;
  expect(waiting).toBeGreaterThan(100);
  expect(waiting).toBeLessThan(120);
  watching.listener.take();
  await turns();
  const revisions = watching.listener.heard.flatMap(({ events }) => events.map(({ kv }) => kv.modRevision));
  expect(revisions).toEqual(Array.from({ length: 300 }, (_, at) => at + 2));
});

it('many watches of a slow reader wait together: no more waits for them than for one, and nothing overtakes it', async () => {
  const face = await EtcdFixture.open();
  const watching = face.watching();
  for (let at = 0; at < 50; at++) await watching.say(create('a'));
  watching.listener.takes = false;
  for (let at = 0; at < 10; at++) await face.put('a', `${at} ${'x'.repeat(30_000)}`);
  const waiting = watching.listener.waitingBytes;
  expect(waiting).toBeGreaterThan(400_000);
  expect(waiting).toBeLessThan(600_000);
  // What is asked now is looked at, and said only of those who were told everything: nobody was.
  const asked = watching.say({ progressRequest: {} });
  await turns();
  expect(told(watching).filter((line) => line.includes('progress'))).toEqual([]);
  watching.listener.take();
  await asked;
  await turns();
  const heard = watching.listener.heard.flatMap(({ watchId, events }) => events.map(({ kv }) => [watchId, kv.modRevision] as const));
  expect(heard).toHaveLength(500);
  for (let id = 0; id < 50; id++) {
    const revisions = heard.filter(([watchId]) => watchId === id).map(([, revision]) => revision);
    expect(revisions).toEqual(Array.from({ length: 10 }, (_, at) => at + 2));
  }
});
