import { describe, expect, it } from 'vitest';
import { nextLookMs, untilNextMs } from './patience.js';

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

it('is at another time for each', () => {
  const wait = (chance: number, ...results: readonly { readonly unheard?: true }[]): number =>
    untilNextMs(10_000, results, { number: () => chance, bytes: (count) => new Uint8Array(count) });
  const silent = { unheard: true as const };
  expect([wait(0, {}), wait(0.5, {}), wait(1, {})]).toEqual([9_500, 10_000, 10_500]);
  expect([wait(0, silent, silent, silent), wait(1, silent, silent, silent)]).toEqual([60_000, 120_000]);
});
