import { describe, expect, it } from 'vitest';
import { forText, spanText, untilText } from './when.js';

describe('a span of time', () => {
  it.each([
    [-1, '0 s'],
    [999, '0 s'],
    [5_000, '5 s'],
    [119_999, '119 s'],
    [120_000, '2 min'],
    [7_199_999, '119 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
  ])('of %d ms is %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  it.each([
    [forText(10_000, 9_000), 'for 0 s'],
    [forText(10_000, 14_000), 'for 4 s'],
    [untilText(14_000, 10_000), 'in 4 s'],
    [untilText(10_000, 14_000), 'now'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
