import { describe, expect, it } from 'vitest';
import { sheetOf } from './sheet.js';

describe('a sheet', () => {
  it.each([
    [0, 1, { number: 1, count: 1, from: 0, to: 0 }],
    [99, 1, { number: 1, count: 1, from: 0, to: 99 }],
    [100, 1, { number: 1, count: 1, from: 0, to: 100 }],
    [101, 2, { number: 2, count: 2, from: 100, to: 101 }],
    [10_000, 50, { number: 50, count: 100, from: 4_900, to: 5_000 }],
    [150, 9, { number: 2, count: 2, from: 100, to: 150 }],
    [150, 0, { number: 1, count: 2, from: 0, to: 100 }],
  ])('of %d rows, the %dth', (rows, wanted, sheet) => {
    expect(sheetOf(rows, wanted)).toEqual(sheet);
  });
});
