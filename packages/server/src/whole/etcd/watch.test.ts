import { StoreThrough, type Log, type Watch } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { told, turns } from './watching.fixture.js';
import type { GoneKeysShelf } from '../../faces/etcd/quiet-ranges.js';
import { bytes, create, EtcdFixture, silent } from './face.fixture.js';

class Shelf implements GoneKeysShelf {
  text: string | null;

  constructor(text: string | null = null) {
    this.text = text;
  }

  async read(): Promise<string | null> {
    return this.text;
  }

  async write(text: string): Promise<void> {
    this.text = text;
  }
}

class WatchedByNobody extends StoreThrough {
  override watch(): Watch {
    throw new RangeError('too deep');
  }
}

describe('a watch', () => {
  it('that fails of a fault of our own is refused, and the log says where it happened', async () => {
    const reasons: unknown[] = [];
    const log: Log = { ...silent, error: (_message, fields) => reasons.push(fields?.['reason']) };
    const { store } = await EtcdFixture.open();
    const face = await EtcdFixture.open({ store: new WatchedByNobody(store), log });
    const watching = face.watching();
    await watching.say(create('a'));
    expect(told(watching)).toEqual(['-1 refused: rollcall: a fault of its own; its log says more @1']);
    expect(reasons).toEqual([expect.stringMatching(/^RangeError: too deep\n +at /)]);
  });

  it('is told what comes, from the moment that it was made', async () => {
    const face = await EtcdFixture.open();
    await face.put('a', '1');
    const watching = face.watching();
    await watching.say(create('a', 'b'));
    await face.put('a', '2');
    await face.put('b', '1');
    await face.remove('a');
    expect(told(watching)).toEqual(['0 made @2', '0 PUT a=2 @3', '0 DELETE a= @5']);
    expect(watching.listener.heard.map(({ header }) => header.revision)).toEqual([2, 3, 5]);
  });

  it('is told the past that it names, and what a deletion took away', async () => {
    const face = await EtcdFixture.open();
    await face.put('a', '1');
    await face.put('a', '2');
    await face.remove('a');
    const watching = face.watching();
    await watching.say(create('a', '', { startRevision: 3, prevKv: true }));
    await turns();
    expect(told(watching)).toEqual(['0 made @4', '0 PUT a=2 @3 was 1', '0 DELETE a= @4 was 2']);
  });

  it('in the future is told nothing before', async () => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('a', '', { startRevision: 4 }));
    for (const value of ['1', '2', '3', '4']) await face.put('a', value);
    expect(told(watching)).toEqual(['0 made @1', '0 PUT a=3 @4', '0 PUT a=4 @5']);
  });

  it('wants no puts, no deletions, or neither', async () => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('a', '', { filters: ['NOPUT'] }));
    await watching.say(create('a', '', { filters: ['NODELETE'] }));
    await watching.say(create('a', '', { filters: ['NOPUT', 'NODELETE'] }));
    await face.put('a', '1');
    await face.remove('a');
    expect(told(watching).slice(3)).toEqual(['1 PUT a=1 @2', '0 DELETE a= @3']);
  });

  it('hears of nothing that is the registry’s own, unless it asks for that', async () => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('\0', '\0'));
    await watching.say(create('/rollcall/', '/rollcall0'));
    await face.store.commit({ then: ['/rollcall/x', '/x'].map((key) => ({ type: 'put', key: bytes(key), value: bytes('1') })) });
    await face.store.commit({ then: [{ type: 'put', key: bytes('/rollcall/y'), value: bytes('1') }] });
    expect(told(watching).slice(2)).toEqual(['0 PUT /x=1 @2', '1 PUT /rollcall/x=1 @2', '1 PUT /rollcall/y=1 @3']);
  });

  it.each([
    ['of nothing', create('b', 'a'), 'mvcc: watcher range is empty'],
    ['with the id of another', create('a', '', { watchId: 7 }), 'mvcc: duplicate watch ID provided on the WatchStream'],
    ['before the beginning', create('a', '', { startRevision: -1 }), 'etcdserver: mvcc: required revision has been compacted'],
  ])('%s is refused, and the others go on', async (_what, asked, reason) => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('a', '', { watchId: 7 }));
    await watching.say(asked);
    await face.put('a', '1');
    expect(told(watching)).toEqual(['7 made @1', `-1 refused: ${reason} @1`, '7 PUT a=1 @2']);
  });

  it('gets the next number that is free', async () => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('a'));
    await watching.say(create('a', '', { watchId: 1 }));
    await watching.say(create('a'));
    await watching.say({ cancelRequest: { watchId: 0 } });
    await watching.say(create('a'));
    expect(told(watching)).toEqual(['0 made @1', '1 made @1', '2 made @1', '0 cancelled', '3 made @1']);
  });

  it('that is cancelled hears no more, and one that nobody has is passed over', async () => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('a'));
    await watching.say({ cancelRequest: { watchId: 9 } });
    await watching.say({ cancelRequest: { watchId: 0 } });
    await face.put('a', '1');
    expect(told(watching)).toEqual(['0 made @1', '0 cancelled']);
  });
});

describe('compacted history', () => {
  it('ends a watch that wants it, and tells where history begins', async () => {
    const face = await EtcdFixture.open();
    for (const value of ['1', '2', '3']) await face.put('a', value);
    await face.compact(3);
    const watching = face.watching();
    await watching.say(create('a', '', { startRevision: 2 }));
    await turns();
    expect(told(watching)).toEqual(['0 made @4', '0 cancelled, compacted to 3']);
  });

  async function compacted(shelf?: Shelf): Promise<EtcdFixture> {
    const face = await EtcdFixture.open(shelf === undefined ? {} : { shelf });
    await face.services.quiet.start();
    await face.put('quiet/a', '1');
    await face.put('gone/a', '1');
    for (let at = 0; at < 5; at++) await face.put('noise', String(at));
    await face.remove('gone/a');
    await face.put('quiet/a2', '1');
    await face.put('noise', 'last');
    await turns();
    await face.compact(11);
    return face;
  }

  it.each([
    ['quiet/a', '', 3, []],
    ['quiet/a', '', 2, ['compacted']],
    ['quiet/', 'quiet0', 3, ['compacted']],
    ['quiet/', 'quiet0', 11, []],
    ['gone/', 'gone0', 4, ['compacted']],
    ['gone/', 'gone0', 10, []],
    ['noise', '', 8, ['compacted']],
    ['noise', '', 9, ['compacted']],
    ['never/', 'never0', 1, []],
    ['quiet/a2', '', 3, ['compacted']],
    ['/rollcall/never/', '/rollcall/never0', 3, ['compacted']],
  ])('does not end the watch of %s…%s that heard all before %i, where nothing of it is gone', async (key, end, startRevision, ending) => {
    const face = await compacted();
    const watching = face.watching();
    await watching.say(create(key, end, { startRevision }));
    await turns();
    if (ending.length === 0) await face.put(end === '' ? key : `${key}new`, '1');
    await turns();
    const heard = told(watching).slice(1);
    if (ending.length > 0) expect(heard).toEqual(['0 cancelled, compacted to 11']);
    else expect(heard.at(-1)).toBe(`0 PUT ${end === '' ? key : `${key}new`}=1 @12`);
  });

  it('is known over a restart of the face, and after a crash as far as it was put by', async () => {
    const shelf = new Shelf();
    const face = await compacted(shelf);
    await face.clock.advance(6 * 60_000);
    const crashed = await EtcdFixture.open({ store: face.store, shelf: new Shelf(shelf.text) });
    await face.services.quiet.close();
    const next = await EtcdFixture.open({ store: face.store, shelf });
    for (const again of [crashed, next]) {
      await again.services.quiet.start();
      await turns();
      const watching = again.watching();
      await watching.say(create('never/', 'never0', { startRevision: 4 }));
      await watching.say(create('gone/', 'gone0', { startRevision: 4 }));
      await turns();
      expect(told(watching)).toEqual(['0 made @11', '1 made @11', '1 cancelled, compacted to 11']);
    }
  });

  it.each(['', 'nonsense', '{"epoch":"another","from":1,"to":11,"keys":[]}', '{"from":null}'])('is not known from %j', async (kept) => {
    const face = await compacted();
    const next = await EtcdFixture.open({ store: face.store, shelf: new Shelf(kept) });
    await next.services.quiet.start();
    await turns();
    const watching = next.watching();
    await watching.say(create('never/', 'never0', { startRevision: 4 }));
    await turns();
    expect(told(watching)).toEqual(['0 made @11', '0 cancelled, compacted to 11']);
  });
});

describe('progress', () => {
  it('is said on request, once everybody on the stream was told everything', async () => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say({ progressRequest: {} });
    await watching.say(create('a'));
    await face.put('b', '1');
    await watching.say({ progressRequest: {} });
    expect(told(watching)).toEqual(['0 made @1', '-1 progress @2']);
  });

  it('is not said while one of them is in the future, or behind', async () => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('a', '', { startRevision: 9 }));
    await watching.say({ progressRequest: {} });
    expect(told(watching)).toEqual(['0 made @1']);
  });

  it('is said now and then to who asked for it and heard nothing', async () => {
    const face = await EtcdFixture.open();
    const watching = face.watching();
    await watching.say(create('a', '', { progressNotify: true }));
    await watching.say(create('b', '', { progressNotify: true }));
    await watching.say(create('c'));
    await face.put('b', '1');
    await face.clock.advance(70_000);
    expect(told(watching).slice(3)).toEqual(['1 PUT b=1 @2', '0 progress @2']);
    await face.clock.advance(70_000);
    expect(told(watching).slice(5)).toEqual(['0 progress @2', '1 progress @2']);
    watching.close();
    await face.clock.advance(700_000);
    expect(told(watching)).toHaveLength(7);
  });
});

it('a stream ends with the log, in a way that its client comes back from', async () => {
  const face = await EtcdFixture.open();
  const watching = face.watching();
  await watching.say(create('a'));
  await face.store.close();
  expect(face.services.face.failed(watching.listener.failure)).toMatchObject({
    status: 'UNAVAILABLE',
    message: 'etcdserver: server stopped',
  });
});
