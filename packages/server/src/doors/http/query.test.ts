import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseQuery } from './query.js';

it.each([
  ['', {}],
  ['a', { a: '' }],
  ['a=', { a: '' }],
  ['a=b=c', { a: 'b=c' }],
  ['=b', { '': 'b' }],
  ['&&a=1&', { a: '1' }],
  ['a=1&b=2&a=3&a=4', { a: ['1', '3', '4'], b: '2' }],
  ['a+b=c%20d', { 'a b': 'c d' }],
  ['toString=1&constructor=2', { toString: '1', constructor: '2' }],
])('%s', (text, found) => {
  expect(parseQuery(text)).toEqual(found);
});

it('says what URLSearchParams says', () => {
  const piece = fc.oneof(
    fc.constantFrom('a', 'b', '&', '=', '%', '%41', '+', '__proto__', '?', '#', '1', 'ä', 'toString'),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('');
      const found = parseQuery(text);
      const pairs = Object.entries(found).flatMap(([name, value]) =>
        (typeof value === 'string' ? [value] : value).map((one) => `${name}=${one}`),
      );
      const searched = new URLSearchParams(`?${text}`);
      expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
      expect(pairs.toSorted()).toEqual([...searched].map((pair) => pair.join('=')).toSorted());
    }),
  );
});
