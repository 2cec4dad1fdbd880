import { expect, it } from 'vitest';
import { sameWhereEqual } from './same.js';

it('what says the same stays the same object, and only that', () => {
  const before = [
    { id: 'a', n: 1 },
    { id: 'b', n: 1 },
  ];
  const now = sameWhereEqual(
    before,
    [
      { id: 'b', n: 2 },
      { id: 'a', n: 1 },
      { id: 'c', n: 1 },
    ],
    ({ id }) => id,
  );
  expect(now).toEqual([
    { id: 'b', n: 2 },
    { id: 'a', n: 1 },
    { id: 'c', n: 1 },
  ]);
  expect(now.map((one) => before.includes(one))).toEqual([false, true, false]);
});
