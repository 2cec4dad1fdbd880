import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tried } from './balancing.fixture.js';
import type { BalancerName } from './balancers.js';
import { instancesOf } from './instances.fixture.js';
import { chiSquare, sum } from './statistics.fixture.js';

const PICKS = 20_000;
const weights = [1, 2, 3, 5, 10, 1, 7, 4];
const seeds = [11, 12, 13, 14, 15];

describe('calls are spread as chance would', () => {
  it.each<[BalancerName, readonly number[]]>([
    ['random', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ['random', weights],
    ['peak-ewma', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ['peak-ewma', weights],
    ['peak-ewma', [1, 1]],
  ])('%s, with weights %j', (balancer, weights) => {
    for (const seed of seeds) {
      const { counts } = tried(
        instancesOf(weights.length, (at) => ({ weight: weights[at] as number })),
        { balancer },
        seed,
      );
      const { statistic, critical } = chiSquare(counts(PICKS), weights);
      expect(statistic).toBeLessThan(critical);
    }
  });
});

describe('calls are spread to the letter', () => {
  it('in turn', () => {
    const { counts } = tried(instancesOf(7), { balancer: 'round-robin' });
    expect(counts(7 * 9)).toEqual([9, 9, 9, 9, 9, 9, 9]);
  });

  it('to who has fewest, in turn where all have as many', () => {
    const { counts } = tried(instancesOf(7), { balancer: 'least-outstanding' });
    expect(counts(7 * 9)).toEqual([9, 9, 9, 9, 9, 9, 9]);
  });

  it.each<BalancerName>(['weighted', 'least-outstanding'])('by weight, over every window: %s', (balancer) => {
    const some = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(some, fc.integer(), fc.nat(500), fc.integer({ min: 1, max: 500 }), (weights, seed, before, picks) => {
        // As many each, and a list of ones is the turn above.
        fc.pre(new Set(weights).size > 1);
        const { counts } = tried(
          instancesOf(weights.length, (at) => ({ weight: weights[at] as number })),
          { balancer },
          seed,
        );
        counts(before);
        const whole = sum(weights);
        const lag = counts(picks).map((count, at) => Math.abs(count - (picks * (weights[at] as number)) / whole));
        // Each is at most one call early or late, by the clock of the weights; all together shift that clock by as many as they are.
        lag.forEach((calls, at) => expect(calls).toBeLessThanOrEqual(1 + ((weights[at] as number) / whole) * weights.length + 1e-6));
      }),
    );
  });
});

describe('a smooth turn', () => {
  it('mixes the light among the heavy', () => {
    const { pool } = tried(
      instancesOf(3, (at) => ({ weight: [5, 1, 1][at] as number })),
      { balancer: 'weighted' },
    );
    const turns = Array.from({ length: 70 }, () => pool.pick()?.id).join(' ');
    expect(turns).not.toMatch(/(i0 ?){6}/);
    expect(turns).not.toMatch(/(i1|i2) (i1|i2) (i1|i2)/);
  });

  it('follows weights that change while it goes on', () => {
    const { pool, counts } = tried(instancesOf(2), { balancer: 'weighted' });
    expect(counts(100)).toEqual([50, 50]);
    pool.update(instancesOf(2, (at) => ({ weight: at === 0 ? 9 : 1 })));
    const [heavy = 0] = counts(100);
    expect(heavy).toBeGreaterThanOrEqual(89);
    expect(heavy).toBeLessThanOrEqual(91);
    pool.update(instancesOf(2, (at) => ({ weight: at === 0 ? 1 : 65_535 })));
    expect(counts(1000)[1]).toBeGreaterThanOrEqual(998);
  });
});

describe('nobody is forgotten', () => {
  it.each<BalancerName>(['round-robin', 'weighted', 'least-outstanding', 'random', 'peak-ewma', 'consistent-hash'])('%s', (balancer) => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 }), (seed, weights) => {
        const { counts } = tried(
          instancesOf(weights.length, (at) => ({ weight: weights[at] as number })),
          { balancer },
          seed,
        );
        const spread = counts(sum(weights) * 150, (at) => ({ key: `key-${at}` }));
        expect(Math.min(...spread)).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});
