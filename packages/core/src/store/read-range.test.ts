import { entry, pairs, stateOf } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RangeRequest } from '../ports/store.js';
import { toText } from './bytes.js';
import { allKeys, singleKey } from './key-range.js';
import { RangeAnswer, readRange } from './read-range.js';

const state = stateOf(
  entry('a', '1', { create: 2 }),
  entry('b', '2', { create: 2, mod: 5, version: 2 }),
  entry('c', '3', { create: 3 }),
  entry('d', '4', { create: 4, mod: 6, version: 3 }),
);

function ask(request: Partial<RangeRequest>): string {
  const { entries, more, count } = readRange(state, { range: allKeys, ...request }, 9);
  const keys = entries.map((one) => toText(one.key)).join('');
  return [keys, ...(more ? ['more'] : []), ...(count === undefined ? [] : [`of ${count}`])].join(' ');
}

describe('reading a range', () => {
  const cases: readonly [Partial<RangeRequest>, string][] = [
    [{}, 'abcd'],
    [{ limit: 0 }, ' more'],
    [{ limit: 0, count: true }, ' more of 4'],
    [{ limit: 3 }, 'abc more'],
    [{ limit: 4 }, 'abcd'],
    [{ limit: 5, count: true }, 'abcd of 4'],
    [{ minModRevision: 5 }, 'bd'],
    [{ maxModRevision: 5 }, 'abc'],
    [{ minModRevision: 3, maxModRevision: 5, count: true }, 'bc of 4'],
    [{ minCreateRevision: 3 }, 'cd'],
    [{ maxCreateRevision: 2 }, 'ab'],
    [{ minModRevision: 5, limit: 1 }, 'b more'],
    [{ minModRevision: 5, limit: 2 }, 'bd'],
    [{ maxModRevision: 2, limit: 1, count: true }, 'a of 4'],
    [{ minModRevision: 7, limit: 0, count: true }, ' of 4'],
  ];

  it.each(cases)('asked for %j answers %j', (request, answer) => {
    expect(ask(request)).toBe(answer);
  });

  it('tells the revision that it was told', () => {
    expect(readRange(state, { range: allKeys, revision: 3 }, 9).revision).toBe(9);
  });

  it('leaves out the values if only keys are asked for, and nothing else', () => {
    const [found] = readRange(state, { range: allKeys, keysOnly: true, minModRevision: 6 }, 9).entries;
    expect(found).toEqual(entry('d', '', { create: 4, mod: 6, version: 3 }));
    expect(toText(state.get('d')?.value ?? new Uint8Array())).toBe('4');
  });

  it('looks up a single key without a walk', () => {
    const key = singleKey(entry('c', '').key);
    const unwalkable = { get: state.get, entries: () => expect.fail('walked') };
    expect(pairs(readRange(unwalkable, { range: key, count: true }, 9).entries)).toEqual(['c=3']);
    expect(readRange(unwalkable, { range: singleKey(entry('x', '').key), count: true }, 9)).toMatchObject({ entries: [], count: 0 });
  });

  it('can be answered entry by entry, until enough were taken', () => {
    const entries = ['a', 'b', 'c', 'd'].map((key) => entry(key, key));
    const taken = (request: Partial<RangeRequest>) => {
      const answer = new RangeAnswer({ range: allKeys, ...request });
      return entries.findIndex((one) => !answer.take(one)) + 1 || 'all';
    };
    expect(taken({})).toBe('all');
    expect(taken({ limit: 2 })).toBe(3);
    expect(taken({ limit: 0 })).toBe(1);
    expect(taken({ limit: 2, count: true })).toBe('all');
    expect(taken({ limit: 4 })).toBe('all');
  });

  it('page by page is the whole', () => {
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 7 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 4 }), (present, limit) => {
        const some = stateOf(...present.map((key) => entry(key, key)));
        const read: string[] = [];
        for (let from = allKeys.from, more = true; more;) {
          const page = readRange(some, { range: { from, to: null }, limit }, 9);
          read.push(...page.entries.map((one) => toText(one.key)));
          from = Uint8Array.from([...(page.entries.at(-1)?.key ?? []), 0]);
          more = page.more;
        }
        expect(read).toEqual(present.toSorted());
      }),
    );
  });
});
