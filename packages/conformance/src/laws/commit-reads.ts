/** A get inside a commit sees what the operations before it wrote. */
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { plainCommit } from '../plain.js';
import { get, nested, one, put, remove, span } from '../talk.js';

export const commitReads: Law = law('commit-reads', 'a get inside a commit sees what the operations before it wrote', {
  'it sees puts and deletes before it, not those behind it': async ({ write }) => {
    await write(put('a', 'old'), put('b', 'old'));
    const { results } = plainCommit(
      await write(get(span('')), put('a', 'new'), get(span('')), remove('b'), put('c', 'new'), get(span(''))),
    );
    expect(results[0]).toMatchObject({ get: { entries: [{ value: 'old' }, { value: 'old' }] } });
    expect(results[2]).toMatchObject({
      get: {
        entries: [
          { key: 'a', value: 'new', create: 2, mod: 3, version: 2 },
          { key: 'b', mod: 2 },
        ],
      },
    });
    expect(results[5]).toMatchObject({ get: { entries: [{ key: 'a' }, { key: 'c', create: 3, mod: 3, version: 1 }] } });
  },

  'it sees what nested commits wrote, and the other way round': async ({ write }) => {
    const { results } = plainCommit(await write(put('a', '1'), nested({ then: [get(span('')), put('b', '2')] }), get(span(''))));
    expect(results[1]).toMatchObject({ commit: { results: [{ get: { entries: [{ key: 'a' }] } }, { put: null }] } });
    expect(results[2]).toMatchObject({ get: { entries: [{ key: 'a' }, { key: 'b' }] } });
  },

  'it limits, counts, bounds and leaves out values like any range': async ({ write }) => {
    await write(put('a', '1'), put('b', '2'));
    const { results } = plainCommit(
      await write(
        put('c', '3'),
        get(span(''), { limit: 1, count: true }),
        get(span(''), { minModRevision: 3, keysOnly: true }),
        get(span(''), { maxCreateRevision: 2, limit: 2 }),
      ),
    );
    expect(results[1]).toMatchObject({ get: { entries: [{ key: 'a' }], more: true, count: 3 } });
    expect(results[2]).toMatchObject({ get: { entries: [{ key: 'c', value: '' }], more: false } });
    expect(results[3]).toMatchObject({ get: { entries: [{ key: 'a' }, { key: 'b' }], more: false } });
  },

  'it reads the past too, and then sees nothing of its commit': async ({ write }) => {
    await write(put('a', '1'));
    await write(put('a', '2'));
    const { results } = plainCommit(await write(put('a', '3'), get(one('a'), { revision: 2 }), get(one('a'), { revision: 3 })));
    expect(results.slice(1)).toMatchObject([{ get: { revision: 4, entries: [{ value: '1' }] } }, { get: { entries: [{ value: '2' }] } }]);
  },

  'its own revision is still the future': async ({ write, head }) => {
    await refused(write(put('a', '1'), get(one('a'), { revision: 2 })), 'revision-in-future');
    expect(await head()).toBe(1);
  },

  'a compacted revision refuses the commit': async ({ write, store, pairs }) => {
    await write(put('a', '1'));
    await write(put('a', '2'));
    await store.compact(3);
    await refused(write(put('a', '3'), get(one('a'), { revision: 2 })), 'revision-compacted');
    expect(await pairs()).toEqual(['a=2']);
  },
});
