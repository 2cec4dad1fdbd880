/** A slow sink is told everything, once and in order, as long as compaction lets it. */
import { isRollcallError } from '@rollcall/core';
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { restsAt } from '../listener.js';
import { SeededRandom } from '../seeded-random.js';
import { numbered, one, put, remove } from '../talk.js';
import { turns } from '../wait.js';

function upTo(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

export const slowWatchers: Law = law('slow-watchers', 'a slow sink is told everything as long as compaction lets it', {
  'one that takes a while for every batch': async ({ write, listen }) => {
    const listener = listen({}, () => turns(2));
    for (let revision = 2; revision <= 80; revision++) await write(put('a', `${revision}`));
    await listener.reaches(80);
    expect(listener.story).toEqual(upTo(2, 80).map((revision) => `${revision}: a=${revision}`));
  },

  'sinks of every pace are told the same': async ({ write, listen }) => {
    const random = new SeededRandom(7);
    const listeners = upTo(0, 9).map((slowness) =>
      listen({ fromRevision: 2, previous: true }, () => {
        const wait = random.below(slowness + 1);
        return wait === 0 ? undefined : turns(wait);
      }),
    );
    for (const key of numbered('k', 60)) await (random.number() < 0.7 ? write(put(key, key)) : write(put('k', key), remove('k000')));
    for (const listener of listeners) {
      await listener.reaches(61);
      expect(listener.batches).toEqual(listeners[0]?.batches);
    }
    expect(listeners[0]?.revisions).toEqual(upTo(2, 61));
  },

  'one that rests is told the rest when it wakes': async ({ write, listen }) => {
    const rest = restsAt(2);
    const listener = listen({ range: one('a') }, rest.pace);
    await write(put('a', '2'));
    await listener.hears(1);
    for (let revision = 3; revision <= 50; revision++) await write(put(revision % 10 === 0 ? 'a' : 'b', `${revision}`));
    expect(listener.revisions).toEqual([2]);
    rest.wake();
    await listener.reaches(50);
    expect(listener.story).toEqual(['2: a=2', '10: a=10', '20: a=20', '30: a=30', '40: a=40', '50: a=50']);
  },

  'one that rests does not hold up others': async ({ write, listen }) => {
    const rest = restsAt();
    const resting = listen({}, rest.pace);
    const brisk = listen();
    for (const key of numbered('k', 10)) await write(put(key, '1'));
    await brisk.reaches(11);
    expect(resting.batches.length).toBe(1);
    resting.cancel();
    rest.wake();
  },

  'one that falls behind compaction is told so': async ({ write, listen, store }) => {
    const rest = restsAt();
    const listener = listen({}, rest.pace);
    await write(put('a', '2'));
    await listener.hears(1);
    for (let revision = 3; revision <= 10; revision++) await write(put('a', `${revision}`));
    await store.compact(10);
    rest.wake();
    expect(isRollcallError(await listener.ends(), 'revision-compacted')).toBe(true);
    expect(listener.revisions).toEqual([2]);
  },

  'one that compaction just spares goes on': async ({ write, listen, store }) => {
    const rest = restsAt(2);
    const listener = listen({}, rest.pace);
    await write(put('a', '2'));
    await listener.hears(1);
    for (let revision = 3; revision <= 10; revision++) await write(put('a', `${revision}`));
    await store.compact(3);
    rest.wake();
    await listener.reaches(10);
    expect(listener.revisions).toEqual(upTo(2, 10));
  },
});
