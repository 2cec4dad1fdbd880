import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.js';

const spent = (budget: RetryBudget, times: number, nowMs: number): number =>
  Array.from({ length: times }, () => budget.spend(nowMs)).filter(Boolean).length;

describe('a budget of retries', () => {
  it.each([
    { calls: 0, share: 0.2, floorPerSecond: 10, granted: 100 },
    { calls: 1000, share: 0.2, floorPerSecond: 10, granted: 300 },
    { calls: 1000, share: 0.2, floorPerSecond: 0, granted: 200 },
    { calls: 4, share: 0.2, floorPerSecond: 0, granted: 0 },
    { calls: 1000, share: 0, floorPerSecond: 0, granted: 0 },
  ])('of $share of $calls calls and $floorPerSecond a second grants $granted', ({ calls, granted, ...rules }) => {
    const budget = new RetryBudget({ ...rules, windowMs: 10_000 });
    for (let call = 0; call < calls; call++) budget.called(0);
    expect(spent(budget, 2000, 0)).toBe(granted);
    expect(spent(budget, 2000, 8999)).toBe(0);
  });

  it('never grants more than the share and the floor', () => {
    const rules = { share: 0.5, floorPerSecond: 2, windowMs: 1000 };
    const steps = fc.array(fc.record({ waitMs: fc.nat(300), calls: fc.nat(5), asks: fc.nat(20) }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (script) => {
        const budget = new RetryBudget(rules);
        const told: { atMs: number; calls: number; granted: number }[] = [];
        let nowMs = 0;
        for (const { waitMs, calls, asks } of script) {
          nowMs += waitMs;
          for (let call = 0; call < calls; call++) budget.called(nowMs);
          told.push({ atMs: nowMs, calls, granted: spent(budget, asks, nowMs) });
          if (told.at(-1)?.granted === 0) continue;
          // What was granted within nine tenths of a window is still counted when the next is asked for.
          const sum = (key: 'calls' | 'granted', ms: number): number =>
            told.reduce((all, one) => all + (nowMs - one.atMs < ms ? one[key] : 0), 0);
          expect(sum('granted', 900)).toBeLessThanOrEqual(sum('calls', 1000) * rules.share + 2);
        }
      }),
    );
  });
});
