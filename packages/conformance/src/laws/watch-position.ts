/** A watch's position is a bookmark: everything up to it has been told, so another may begin with the next. */
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { restsAt, type Listener } from '../listener.js';
import { numbered, one, put, span } from '../talk.js';
import { turns } from '../wait.js';

export const watchPosition: Law = law('watch-position', 'everything up to a position has been told', {
  'it moves though nothing happens in the range': async ({ write, listen }) => {
    const listener = listen({ range: one('quiet') });
    for (const key of numbered('k', 20)) await write(put(key, '1'));
    await listener.reaches(21);
    expect(listener.batches).toEqual([]);
  },

  'it moves through a past in which nothing happened': async ({ write, listen }) => {
    for (const key of numbered('k', 20)) await write(put(key, '1'));
    const listener = listen({ range: one('quiet'), fromRevision: 2 });
    await listener.reaches(21);
    expect(listener.batches).toEqual([]);
  },

  'it never moves back, and never past what was not told': async ({ write, listen }) => {
    const listener = listen({ range: span('a', 'b'), fromRevision: 1 });
    const positions: number[] = [];
    const written: number[] = [];
    for (let round = 0; round < 60; round++) {
      const { revision } = await write(put(round % 3 === 0 ? 'a' : 'x', `${round}`));
      if (round % 3 === 0) written.push(revision);
      if (round % 5 === 0) await turns();
      positions.push(listener.watch.position);
      expect(listener.revisions).toEqual(expect.arrayContaining(written.filter((one) => one <= listener.watch.position)));
    }
    expect(positions).toEqual(positions.toSorted((left, right) => left - right));
    await listener.reaches(61);
  },

  'a slow sink holds it where it is': async ({ write, listen }) => {
    const rest = restsAt(3);
    const listener = listen({}, rest.pace);
    for (const key of numbered('k', 6)) await write(put(key, '1'));
    await listener.hears(2);
    await turns(10);
    expect(listener.watch.position).toBeLessThanOrEqual(3);
    expect(listener.revisions).toEqual([2, 3]);
    rest.wake();
    await listener.reaches(7);
    expect(listener.revisions).toEqual([2, 3, 4, 5, 6, 7]);
  },

  'a watch of the present begins at where the log stands': async ({ write, listen }) => {
    await write(put('a', '1'));
    await write(put('a', '2'));
    const listener = listen();
    const resumed = listen({ fromRevision: listener.watch.position + 1 });
    await write(put('a', '3'));
    await listener.reaches(4);
    await resumed.reaches(4);
    expect(listener.story).toEqual(['4: a=3']);
    expect(resumed.story).toEqual(['4: a=3']);
  },

  'who cancels while being told can be resumed behind it': async ({ write, listen }) => {
    const first: Listener = listen({}, () => first.cancel());
    await Promise.all(numbered('k', 20).map((key) => write(put(key, '1'))));
    await first.ends();
    const second = listen({ fromRevision: first.watch.position + 1 });
    await second.reaches(21);
    expect([...first.revisions, ...second.revisions]).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
  },

  'it never falls behind a compaction while nothing happens in the range': async ({ write, listen, store }) => {
    const listener = listen({ range: one('quiet') });
    for (const key of numbered('k', 10)) await write(put(key, '1'));
    await listener.reaches(11);
    await store.compact(11);
    await write(put('quiet', '1'));
    await listener.reaches(12);
    expect(listener.story).toEqual(['12: quiet=1']);
  },
});
