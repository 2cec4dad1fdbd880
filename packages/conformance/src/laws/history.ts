/** What was, can be read as it was: at every revision that is not compacted. */
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { plainRange } from '../plain.js';
import { numbered, one, put, putAgain, remove, removeSpan, span } from '../talk.js';

export const history: Law = law('history', 'every revision can be read as it was', {
  'each revision shows its own state': async ({ write, pairs }) => {
    await write(put('a', '1'));
    await write(put('b', '1'), put('a', '2'));
    await write(remove('a'));
    await write(put('a', '3'));
    expect(await pairs(span(''), 1)).toEqual([]);
    expect(await pairs(span(''), 2)).toEqual(['a=1']);
    expect(await pairs(span(''), 3)).toEqual(['a=2', 'b=1']);
    expect(await pairs(span(''), 4)).toEqual(['b=1']);
    expect(await pairs(span(''), 5)).toEqual(['a=3', 'b=1']);
    expect(await pairs(span(''))).toEqual(['a=3', 'b=1']);
  },

  'entries of the past have the numbers and leases of the past': async ({ write, store, grant }) => {
    const { id } = await grant();
    await write(put('a', '1', id));
    await write(put('a', '2'));
    await write(remove('a'));
    await write(put('a', '3'));
    const at = async (revision: number): Promise<unknown> => plainRange(await store.range({ range: one('a'), revision })).entries;
    expect(await at(2)).toEqual([{ key: 'a', value: '1', create: 2, mod: 2, version: 1, lease: id }]);
    expect(await at(3)).toEqual([{ key: 'a', value: '2', create: 2, mod: 3, version: 2, lease: 0n }]);
    expect(await at(4)).toEqual([]);
    expect(await at(5)).toEqual([{ key: 'a', value: '3', create: 5, mod: 5, version: 1, lease: 0n }]);
  },

  'limits, counts and bounds work on the past': async ({ write, store }) => {
    await write(put('a', '1'), put('b', '1'));
    await write(put('b', '2'), put('c', '1'));
    await write(removeSpan(''));
    const past = await store.range({ range: span(''), revision: 3, limit: 2, count: true, keysOnly: true });
    expect(plainRange(past)).toMatchObject({
      revision: 4,
      more: true,
      count: 3,
      entries: [
        { key: 'a', value: '' },
        { key: 'b', mod: 3, version: 2 },
      ],
    });
    const bounded = await store.range({ range: span(''), revision: 3, minModRevision: 3, maxCreateRevision: 2 });
    expect(plainRange(bounded)).toMatchObject({ entries: [{ key: 'b' }], more: false });
  },

  'the past stays while writes go on': async ({ write, pairs }) => {
    const keys = numbered('k', 20);
    await write(...keys.map((key) => put(key, 'first')));
    const wanted = keys.map((key) => `${key}=first`);
    const writing = (async () => {
      for (let round = 0; round < 30; round++)
        await write(put(keys[round % 20] as string, `${round}`), remove(keys[(round + 7) % 20] as string));
    })();
    for (let reading = 0; reading < 30; reading++) expect(await pairs(span(''), 2)).toEqual(wanted);
    await writing;
    expect(await pairs(span(''), 2)).toEqual(wanted);
  },

  'the future is refused': async ({ write, store, head }) => {
    await write(put('a', '1'));
    await refused(store.range({ range: one('a'), revision: 3 }), 'revision-in-future');
    await refused(store.range({ range: span('x'), revision: 1_000_000 }), 'revision-in-future');
    expect(await head()).toBe(2);
  },

  'deleting and creating again begins anew': async ({ write, store }) => {
    const entry = async (): Promise<unknown> => plainRange(await store.range({ range: one('a') })).entries[0];
    await write(put('a', '1'));
    expect(await entry()).toMatchObject({ create: 2, mod: 2, version: 1 });
    await write(put('a', '2'), put('b', '1'));
    expect(await entry()).toMatchObject({ create: 2, mod: 3, version: 2 });
    await write(putAgain('a'));
    expect(await entry()).toMatchObject({ create: 2, mod: 4, version: 3 });
    await write(remove('a'));
    expect(await entry()).toBeUndefined();
    await write(put('b', '2'));
    await write(put('a', '3'));
    expect(await entry()).toMatchObject({ create: 7, mod: 7, version: 1 });
  },
});
