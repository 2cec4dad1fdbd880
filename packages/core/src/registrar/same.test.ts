import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from './canonical.js';
import { isSame } from './same.js';

const anyJson = fc.json().map((text) => JSON.parse(text) as unknown);

it('means that the canonical texts are equal', () => {
  fc.assert(
    fc.property(anyJson, anyJson, (left, right) => {
      expect(isSame(left, right)).toBe(canonical({ left }) === canonical({ left: right }));
    }),
  );
});

it('holds for a copy whose names come in another order', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anyJson), (table) => {
      expect(isSame(table, Object.fromEntries(Object.entries(table).toReversed()))).toBe(true);
    }),
  );
});

it.each([
  [{ a: 1 }, { b: 1 }, false],
  [{ a: undefined }, {}, false],
  [{ a: [1, 2] }, { a: [2, 1] }, false],
  [[], {}, false],
  [null, {}, false],
])('of %j and %j: %s', (left, right, wanted) => expect(isSame(left, right)).toBe(wanted));
