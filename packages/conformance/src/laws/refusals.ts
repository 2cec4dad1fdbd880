/** What breaks the rules of a commit is refused, and changes nothing. */
import { COMMIT_BYTES_MAX, COMMIT_OPERATIONS_MAX, type Commit } from '@rollcall/core';
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { get, nested, numbered, one, put, remove, removeSpan, value, version } from '../talk.js';
import type { Trial } from '../trial.js';

function puts(prefix: string, count: number): ReturnType<typeof put>[] {
  return numbered(prefix, count).map((key) => put(key, ''));
}

/** Each is refused as `invalid-request`, and afterwards the store is what it was. */
async function allRefused({ store, write, pairs, head }: Trial, commits: readonly Commit[]): Promise<void> {
  await write(put('here', '1'));
  for (const commit of commits) await refused(store.commit(commit), 'invalid-request');
  expect(await pairs()).toEqual(['here=1']);
  expect(await head()).toBe(2);
}

/** What an engine that is reached over a wire may need round the bytes of a single put. */
const WIRE_BYTES = 128;

const never = version(one('here'), '=', 0);

export const refusals: Law = law('refusals', 'what breaks the rules of a commit is refused, and changes nothing', {
  'as many operations as are allowed': async ({ store, write, head }) => {
    await write(...puts('a', COMMIT_OPERATIONS_MAX));
    await store.commit({ when: Array(COMMIT_OPERATIONS_MAX).fill(version(one('x'), '=', 0)), then: puts('b', 1), else: puts('c', 128) });
    await write(...puts('d', 27), nested({ then: [...puts('e', 98), nested({ then: [put('f', '')] })] }));
    expect(await head()).toBe(4);
  },

  'one operation more': async (trial) => {
    const much = puts('k', COMMIT_OPERATIONS_MAX + 1);
    await allRefused(trial, [
      { then: much },
      { then: [], else: much },
      { when: [never], then: much },
      { when: Array(COMMIT_OPERATIONS_MAX + 1).fill(never), then: [] },
      { then: Array(COMMIT_OPERATIONS_MAX + 1).fill(get(one('here'))) },
      { then: [...puts('k', 27), nested({ then: puts('l', 101) })] },
      { then: [nested({ then: [nested({ then: puts('k', 127) })] })] },
    ]);
  },

  'as many bytes as are allowed': async ({ write, store }) => {
    await write(put('a', 'x'.repeat(COMMIT_BYTES_MAX - WIRE_BYTES)));
    const { entries } = await store.range({ range: one('a') });
    expect(entries[0]?.value.length).toBe(COMMIT_BYTES_MAX - WIRE_BYTES);
  },

  'one byte more': async (trial) => {
    const half = 'x'.repeat(COMMIT_BYTES_MAX / 2);
    await allRefused(trial, [
      { then: [put('a', 'x'.repeat(COMMIT_BYTES_MAX))] },
      { then: [put('a', half), put('b', half)] },
      { then: [put('a', half)], else: [put('b', half)] },
      { when: [value(one('a'), '=', half)], then: [nested({ then: [put('b', half)] })] },
      { then: [get(one(half)), removeSpan(half, half)] },
    ]);
  },

  'an empty key': async (trial) => {
    await allRefused(trial, [{ then: [put('', '1')] }, { then: [put('a', '1'), nested({ then: [], else: [put('', '1')] })] }]);
  },

  'a key written twice': async (trial) => {
    await allRefused(trial, [
      { then: [put('a', '1'), put('a', '1')] },
      { then: [put('a', '1'), remove('a')] },
      { then: [remove('a'), put('a', '1')] },
      { then: [put('b', '1'), removeSpan('a', 'c')] },
      { then: [removeSpan(''), put('b', '1')] },
      { when: [never], then: [put('a', '1'), put('a', '2')], else: [] },
    ]);
  },

  'a key written twice across nesting': async (trial) => {
    const inner = nested({ when: [never], then: [put('a', '1')], else: [put('b', '1')] });
    await allRefused(trial, [
      { then: [put('a', '1'), inner] },
      { then: [inner, put('b', '1')] },
      { then: [inner, removeSpan('a', 'b')] },
      { then: [removeSpan('b'), nested({ then: [inner] })] },
      { then: [inner, nested({ then: [put('b', '1')] })] },
      { then: [nested({ then: [removeSpan('a')] }), nested({ then: [nested({ then: [put('c', '1')] })] })] },
    ]);
  },

  'branches exclude each other, so both may write a key': async ({ store, write, pairs }) => {
    await store.commit({ when: [never], then: [put('a', '1')], else: [put('a', '2')] });
    await write(nested({ when: [version(one('a'), '=', 1)], then: [removeSpan('')], else: [put('a', '3')] }));
    expect(await pairs()).toEqual([]);
  },

  'an empty range holds no key, so it may stand beside a put': async ({ write, pairs }) => {
    await write(put('b', '1'), removeSpan('b', 'b'), removeSpan('c', 'a'));
    expect(await pairs()).toEqual(['b=1']);
  },
});
