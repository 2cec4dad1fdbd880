/** A commit is all or nothing and takes one revision; a commit that changes nothing takes none. */
import { FIRST_REVISION } from '@rollcall/core';
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { plainCommit } from '../plain.js';
import { get, nested, one, put, putAgain, remove, removeSpan, span, version } from '../talk.js';

export const commitAtomicity: Law = law('commit-atomicity', 'a commit is all or nothing and takes one revision', {
  'an empty log stands at the first revision': async ({ head, pairs }) => {
    expect(await head()).toBe(FIRST_REVISION);
    expect(await pairs()).toEqual([]);
  },

  'the first commit makes the second revision': async ({ write, head }) => {
    expect((await write(put('a', '1'))).revision).toBe(FIRST_REVISION + 1);
    expect(await head()).toBe(FIRST_REVISION + 1);
  },

  'all writes of a commit share its revision': async ({ write, store, listen }) => {
    await write(put('c', '0'));
    const listener = listen();
    const { revision } = await write(put('a', '1'), nested({ then: [put('b', '2')] }), remove('c'));
    const { entries } = await store.range({ range: span('') });
    expect(entries.map((entry) => entry.modRevision)).toEqual([revision, revision]);
    await listener.reaches(revision);
    expect(listener.story).toEqual([`${revision}: a=1 b=2 -c`]);
  },

  'a commit without operations takes no revision': async ({ write, head }) => {
    const { revision } = await write(put('a', '1'));
    expect(await write()).toEqual({ revision, succeeded: true, results: [] });
    expect(await head()).toBe(revision);
  },

  'reads, deletes of nothing and untaken branches take no revision': async ({ store, write, head, listen }) => {
    const { revision } = await write(put('a', '1'));
    const listener = listen();
    const commits = [
      { then: [get(one('a'))] },
      { then: [remove('b'), removeSpan('c', 'd')] },
      { when: [version(one('a'), '=', 7)], then: [put('b', '1')] },
      { then: [nested({ when: [version(one('a'), '=', 7)], then: [put('b', '1')], else: [get(one('a'))] })] },
    ];
    for (const commit of commits) expect((await store.commit(commit)).revision).toBe(revision);
    expect(await head()).toBe(revision);
    await write(put('z', '1'));
    await listener.reaches(revision + 1);
    expect(listener.revisions).toEqual([revision + 1]);
  },

  'gets tell the revision of their commit, those of a commit without changes where the log stands': async ({ write }) => {
    const changing = await write(get(one('a')), put('a', '1'), nested({ then: [get(one('a'))] }));
    expect(plainCommit(changing)).toMatchObject({
      revision: 2,
      results: [{ get: { revision: 2 } }, { put: null }, { commit: { revision: 2, results: [{ get: { revision: 2 } }] } }],
    });
    const idle = await write(get(one('a')), nested({ then: [get(one('a'))] }));
    expect(plainCommit(idle)).toMatchObject({
      revision: 2,
      results: [{ get: { revision: 2 } }, { commit: { revision: 2, results: [{ get: { revision: 2 } }] } }],
    });
  },

  'putting the same value again is a change': async ({ write, pairs, store }) => {
    await write(put('a', '1'));
    expect((await write(put('a', '1'))).revision).toBe(3);
    expect(await pairs()).toEqual(['a=1']);
    expect((await store.range({ range: one('a') })).entries[0]).toMatchObject({ createRevision: 2, modRevision: 3, version: 2 });
  },

  'an operation that is refused takes back those before it': async ({ write, pairs, head, listen }) => {
    await write(put('a', '1'));
    const listener = listen();
    await refused(write(put('b', '2'), remove('a'), putAgain('missing')), 'not-found');
    await refused(write(put('b', '2'), nested({ then: [put('c', '3', 99n)] })), 'lease-not-found');
    await refused(write(put('b', '2'), get(span(''), { revision: 1_000 })), 'revision-in-future');
    expect(await pairs()).toEqual(['a=1']);
    expect(await head()).toBe(2);
    await write(put('d', '4'));
    await listener.reaches(3);
    expect(listener.story).toEqual(['3: d=4']);
  },
});
