/** The compares of nested commits are judged with the outer ones: against the state before the whole commit. */
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { plainCommit } from '../plain.js';
import { get, nested, one, put, remove, value, version } from '../talk.js';

export const commitNesting: Law = law('commit-nesting', 'nested compares are judged against the state before the whole commit', {
  'a nested compare does not see what was written before it': async ({ write, pairs }) => {
    await write(put('a', 'old'));
    const result = await write(
      put('a', 'new'),
      nested({ when: [value(one('a'), '=', 'old')], then: [put('saw', 'old')], else: [put('saw', 'new')] }),
    );
    expect(plainCommit(result).results[1]).toMatchObject({ commit: { succeeded: true, revision: 3 } });
    expect(await pairs()).toEqual(['a=new', 'saw=old']);
  },

  'at any depth, and beside deletes': async ({ write, pairs }) => {
    await write(put('a', 'old'));
    const innermost = nested({ when: [version(one('a'), '=', 1)], then: [put('deep', 'yes')], else: [put('deep', 'no')] });
    await write(remove('a'), nested({ then: [put('b', '1'), nested({ when: [version(one('b'), '=', 0)], then: [innermost] })] }));
    expect(await pairs()).toEqual(['b=1', 'deep=yes']);
  },

  'a nested commit takes its own branch and the outer revision': async ({ store }) => {
    const result = await store.commit({
      when: [version(one('a'), '=', 0)],
      then: [
        nested({ when: [version(one('a'), '=', 1)], then: [put('x', '1')], else: [put('y', '1'), get(one('y'))] }),
        nested({ then: [] }),
      ],
      else: [put('z', '1')],
    });
    expect(plainCommit(result)).toMatchObject({
      revision: 2,
      succeeded: true,
      results: [
        { commit: { revision: 2, succeeded: false, results: [{ put: null }, { get: { entries: [{ key: 'y', create: 2 }] } }] } },
        { commit: { revision: 2, succeeded: true, results: [] } },
      ],
    });
  },

  'a nested commit in a branch that is not taken does not happen': async ({ store, pairs, head }) => {
    await store.commit({ when: [version(one('a'), '=', 1)], then: [nested({ then: [put('x', '1')] })] });
    expect(await pairs()).toEqual([]);
    expect(await head()).toBe(1);
  },

  'the same object nested twice is two commits': async ({ write }) => {
    await write(put('a', '1'));
    const twice = nested({ when: [version(one('a'), '=', 1)], then: [get(one('a'))] });
    const { results } = plainCommit(await write(twice, remove('a'), twice));
    expect(results[0]).toMatchObject({ commit: { succeeded: true, results: [{ get: { entries: [{ key: 'a' }] } }] } });
    expect(results[2]).toMatchObject({ commit: { succeeded: true, results: [{ get: { entries: [] } }] } });
  },
});
