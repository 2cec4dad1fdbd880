import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingCounts } from './rolling-counts.js';

describe('counts over the last while', () => {
  it('keep what is younger than nine tenths of the window, and nothing older than it', () => {
    const events = fc.array(fc.record({ waitMs: fc.nat(400), some: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(events, (script) => {
        const counts = new RollingCounts(1000);
        const told: { atMs: number; some: boolean }[] = [];
        let nowMs = 0;
        for (const { waitMs, some } of script) {
          nowMs += waitMs;
          counts.add(nowMs, 1, some ? 1 : 0);
          told.push({ atMs: nowMs, some });
          const { all, some: counted } = counts.counts(nowMs);
          const within = (ms: number): typeof told => told.filter(({ atMs }) => nowMs - atMs < ms);
          expect(all).toBeGreaterThanOrEqual(within(900).length);
          expect(all).toBeLessThanOrEqual(within(1000).length);
          expect(counted).toBeGreaterThanOrEqual(within(900).filter((one) => one.some).length);
          expect(counted).toBeLessThanOrEqual(within(1000).filter((one) => one.some).length);
        }
      }),
    );
  });

  it('begin anew', () => {
    const counts = new RollingCounts(1000);
    counts.add(10, 5, 2);
    counts.clear();
    expect(counts.counts(10)).toEqual({ all: 0, some: 0 });
  });
});
