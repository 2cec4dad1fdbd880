import { describe, expect, it } from 'vitest';
import { nextLookMs } from './patience.js';

describe('the next look', () => {
  const [silent, heard] = [{ unheard: true as const }, {}];

  it.each<readonly [results: readonly { readonly unheard?: true }[], intervalMs: number, ms: number]>([
    [[], 10_000, 10_000],
    [[silent], 10_000, 20_000],
    [[silent, silent], 10_000, 40_000],
    [[silent, silent, silent], 10_000, 120_000],
    [[heard, silent, silent, silent, silent], 10_000, 10_000],
    [[silent, silent, heard], 10_000, 10_000],
    [[silent, silent, silent, heard], 10_000, 20_000],
    [[silent, silent, silent, silent, heard], 10_000, 40_000],
    [[silent, silent, silent, silent, silent], 10_000, 120_000],
    [[silent, silent, silent, silent, silent], 60_000, 120_000],
    [[silent, silent, silent, silent, silent], 600_000, 600_000],
  ])('after %j at %i ms is after %i ms', (results, intervalMs, ms) => {
    expect(nextLookMs(intervalMs, results)).toBe(ms);
  });
});
