/** A watch tells every revision once, in order, whole: Ordered, Unique, Atomic, Reliable. */
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { plainBatch } from '../plain.js';
import { numbered, one, put, putAgain, remove, removeSpan, span } from '../talk.js';

export const watchOrder: Law = law('watch-order', 'a watch tells every revision once, in order, and whole', {
  'what is committed is told': async ({ write, listen }) => {
    const listener = listen();
    await write(put('a', '1'));
    await write(put('a', '2'), put('b', '1'));
    await write(remove('a'));
    await listener.reaches(4);
    expect(listener.story).toEqual(['2: a=1', '3: a=2 b=1', '4: -a']);
  },

  'changes come in the order of the operations': async ({ write, listen }) => {
    const listener = listen();
    await write(put('y', '1'), put('x', '1'));
    await write(put('z', '1'), removeSpan('x', 'z'), put('a', '1'));
    await listener.reaches(3);
    expect(listener.story).toEqual(['2: y=1 x=1', '3: z=1 -x -y a=1']);
  },

  'a put tells the whole entry': async ({ write, listen, grant }) => {
    const { id } = await grant();
    const listener = listen({ previous: true });
    await write(put('a', '1', id));
    await write(putAgain('a'));
    await listener.reaches(3);
    const first = { key: 'a', value: '1', create: 2, mod: 2, version: 1, lease: id };
    const second = { key: 'a', value: '1', create: 2, mod: 3, version: 2, lease: 0n };
    expect(listener.batches.map(plainBatch)).toEqual([
      { revision: 2, changes: [{ key: 'a', now: first, before: null }] },
      { revision: 3, changes: [{ key: 'a', now: second, before: first }] },
    ]);
  },

  'previous values are those before the commit': async ({ write, listen }) => {
    const listener = listen({ previous: true, range: one('a') });
    for (const value of ['1', '2', '3']) await write(put('b', value), put('a', value));
    await write(removeSpan(''));
    await write(put('a', '4'));
    await listener.reaches(6);
    expect(listener.batches.flatMap((batch) => batch.changes.map((change) => change.previous?.modRevision ?? null))).toEqual([
      null,
      2,
      3,
      4,
      null,
    ]);
  },

  'previous values are filled in for the past, too': async ({ write, listen }) => {
    await write(put('a', '1'), put('b', '1'));
    await write(put('a', '2'));
    await write(remove('a'), put('b', '2'));
    const listener = listen({ previous: true, fromRevision: 2 });
    await listener.reaches(4);
    const previous = listener.batches.map((batch) => plainBatch(batch).changes.map((change) => change.before?.value ?? null));
    expect(previous).toEqual([[null, null], ['1'], ['2', '1']]);
  },

  'nothing outside the range is told, and nothing in it is missing': async ({ write, listen }) => {
    const some = listen({ range: span('b', 'd') });
    const single = listen({ range: one('c') });
    const none = listen({ range: span('d', 'b') });
    await write(put('a', '1'), put('b', '1'), put('c', '1'), put('d', '1'));
    await write(put('a', '2'), put('d', '2'));
    await write(removeSpan(''));
    for (const listener of [some, single, none]) await listener.reaches(4);
    expect(some.story).toEqual(['2: b=1 c=1', '4: -b -c']);
    expect(single.story).toEqual(['2: c=1', '4: -c']);
    expect(none.story).toEqual([]);
  },

  'what concurrent writers commit is told without gap': async ({ write, listen }) => {
    const listener = listen();
    const results = await Promise.all(numbered('k', 60).map((key) => write(put(key, '1'))));
    await listener.reaches(61);
    const wanted = results.map(({ revision }, index) => `${revision}: k${String(index).padStart(3, '0')}=1`);
    expect(listener.story).toEqual(wanted.sort((left, right) => Number.parseInt(left) - Number.parseInt(right)));
  },

  'many watchers are told the same': async ({ write, listen }) => {
    const listeners = Array.from({ length: 200 }, (_, index) => listen({ range: index % 2 === 0 ? span('') : one('a') }));
    for (let round = 0; round < 10; round++) await write(put(round % 2 === 0 ? 'a' : 'b', `${round}`));
    for (const listener of listeners) await listener.reaches(11);
    const [everything, onlyA] = listeners.map((listener) => listener.story);
    expect(everything?.length).toBe(10);
    expect(onlyA?.length).toBe(5);
    listeners.forEach((listener, index) => expect(listener.story).toEqual(index % 2 === 0 ? everything : onlyA));
  },

  'a sink that writes is told what it wrote, later': async ({ write, listen }) => {
    const answers: Promise<unknown>[] = [];
    const listener = listen({ range: span('a', 'c') }, ({ revision }) => {
      if (revision < 5) answers.push(write(put('b', `${revision}`)));
    });
    await write(put('a', '1'));
    await listener.hears(4);
    await Promise.all(answers);
    expect(listener.story).toEqual(['2: a=1', '3: b=2', '4: b=3', '5: b=4']);
  },
});
