import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencySpread } from './latency-spread.js';

describe('percentiles of what answers take', () => {
  it('are at most a tenth above the true ones, and never below', () => {
    const latencies = fc.array(fc.double({ min: 0.2, max: 60_000, noNaN: true }), { minLength: 20, maxLength: 200 });
    fc.assert(
      fc.property(latencies, fc.constantFrom(0.5, 0.95, 0.99), (list, share) => {
        const spread = new LatencySpread();
        for (const latencyMs of list) spread.add(0, latencyMs);
        const real = list.toSorted((a, b) => a - b)[Math.ceil(list.length * share) - 1] ?? 0;
        const told = spread.percentile(0, share) ?? 0;
        expect(told).toBeGreaterThanOrEqual(real * 0.999);
        expect(told).toBeLessThanOrEqual(real * 1.101);
      }),
    );
  });

  it('are of the last while, and of enough answers', () => {
    const spread = new LatencySpread(1000);
    for (let answer = 0; answer < 19; answer++) spread.add(0, 100);
    expect(spread.percentile(0, 0.95)).toBeUndefined();
    spread.add(0, 100);
    expect(spread.percentile(0, 0.95)).toBeGreaterThanOrEqual(100);
    expect(spread.percentile(999, 0.95)).toBeGreaterThanOrEqual(100);
    for (let answer = 0; answer < 20; answer++) spread.add(999, 0.05);
    expect(spread.percentile(999, 0.5)).toBe(0.1);
    expect(spread.percentile(1000, 0.95)).toBeLessThan(1);
    expect(spread.percentile(3000, 0.95)).toBeUndefined();
  });
});
