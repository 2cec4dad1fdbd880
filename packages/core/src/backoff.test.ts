import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

const pace = { firstMs: 100, longestMs: 1000 };
const always = (number: number): { number(): number; bytes(length: number): Uint8Array } => ({
  number: () => number,
  bytes: (length) => new Uint8Array(length),
});

describe('the wait after a failure', () => {
  it.each([
    [1, 50, 100],
    [2, 100, 200],
    [4, 400, 800],
    [5, 500, 1000],
    [1_000_000, 500, 1000],
  ])('after %i is from %i to %i ms', (times, least, most) => {
    expect([backoffMs(pace, times, always(0)), backoffMs(pace, times, always(1))]).toEqual([least, most]);
  });
});
