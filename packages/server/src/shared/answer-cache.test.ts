import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AnswerCache } from './answer-cache.js';

const BYTES_MAX = 100_000;

let cache: AnswerCache;
beforeEach(() => {
  cache = new AnswerCache({ bytesMax: BYTES_MAX });
});

const answer = (bytes: number): { readonly body: Buffer } => ({ body: Buffer.alloc(bytes) });

describe('AnswerCache', () => {
  it('gives back what was put, until it expires', () => {
    const mine = answer(10);
    cache.put('a', mine);
    expect(cache.get('a')).toBe(mine);
    cache.expire('a');
    expect(cache.get('a')).toBeUndefined();
    expect(cache.bytes).toBe(0);
  });

  it('keeps what is asked for, and lets go of what is not', () => {
    cache.put('wanted', answer(10_000));
    for (let at = 0; at < 50; at++) {
      cache.put(`other ${at}`, answer(10_000));
      expect(cache.get('wanted')).toBeDefined();
    }
    expect(cache.get('other 3')).toBeUndefined();
    expect(cache.get('other 49')).toBeDefined();
  });

  it('takes nothing that would drive out most of the others', () => {
    cache.put('small', answer(10));
    cache.put('huge', answer(BYTES_MAX / 2));
    expect([cache.get('huge'), cache.size]).toEqual([undefined, 1]);
  });

  it('takes an unusual question when it is asked a second time, or again after it expired', () => {
    cache.putIfAskedTwice('filtered', answer(10));
    expect(cache.get('filtered')).toBeUndefined();
    cache.putIfAskedTwice('filtered', answer(10));
    expect(cache.get('filtered')).toBeDefined();
    cache.expire('filtered');
    cache.putIfAskedTwice('filtered', answer(10));
    expect(cache.get('filtered')).toBeDefined();
  });

  it('counts addresses too, and remembers none that were made to be long', () => {
    cache.put('a'.repeat(4000), answer(0));
    expect(cache.bytes).toBeGreaterThan(4000);
    const long = 'a'.repeat(5000);
    cache.put(long, answer(10));
    for (let round = 0; round < 3; round++) cache.putIfAskedTwice(long, answer(10));
    expect([cache.get(long), cache.size]).toEqual([undefined, 1]);
  });

  it('never holds more than it may, and knows how much that is', () => {
    const step = fc.record({
      act: fc.constantFrom('put', 'get', 'expire', 'twice'),
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      bytes: fc.nat({ max: 30_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        cache = new AnswerCache({ bytesMax: BYTES_MAX });
        for (const { act, key, bytes } of steps) {
          if (act === 'put') cache.put(key, answer(bytes));
          else if (act === 'twice') cache.putIfAskedTwice(key, answer(bytes));
          else if (act === 'get') cache.get(key);
          else cache.expire(key);
          expect(cache.bytes).toBeLessThanOrEqual(BYTES_MAX);
        }
        for (const key of 'abcdefgh') cache.expire(key);
        expect([cache.bytes, cache.size]).toEqual([0, 0]);
      }),
    );
  });
});
