import { describe, expect, it } from 'vitest';
import { tried, type Tried } from './balancing.fixture.js';
import type { BalancerName } from './balancers.js';
import { instanceOf, instancesOf } from './instances.fixture.js';
import { isPanic } from './panic.js';
import { usualSlowStart, warmthAfter } from './slow-start.js';

describe('the warmth of a new endpoint', () => {
  it.each<[number, Partial<typeof usualSlowStart>, number]>([
    [0, {}, 0.1],
    [1000, {}, 0.1],
    [15_000, {}, 0.5],
    [29_999, {}, 0.99997],
    [30_000, {}, 1],
    [1e9, {}, 1],
    [7500, { aggression: 2 }, 0.5],
    [0, { least: 1 }, 1],
    [500, { windowMs: 1000, least: 0.01 }, 0.5],
  ])('%d ms after it joined, with %j, is %d', (agoMs, said, expected) => {
    expect(warmthAfter(agoMs, { ...usualSlowStart, ...said })).toBeCloseTo(expected, 4);
  });
});

describe.each<BalancerName>(['round-robin', 'random', 'weighted', 'least-outstanding', 'peak-ewma'])('slow start with %s', (balancer) => {
  const grown = (options: Parameters<typeof tried>[1] = {}): Tried => {
    const one = tried(instancesOf(9), { balancer, ...options });
    one.pool.update(instancesOf(10));
    return one;
  };
  /** Of what would be its part among ten. */
  const shareOfNew = ({ counts }: Tried): number => ((counts(9000).at(-1) as number) / 9000) * 10;

  it('gives a new one a small share, which grows', async () => {
    const one = grown();
    expect(shareOfNew(one)).toBeGreaterThan(0.03);
    expect(shareOfNew(one)).toBeLessThan(0.2);
    await one.clock.advance(15_000);
    expect(shareOfNew(one)).toBeGreaterThan(0.4);
    expect(shareOfNew(one)).toBeLessThan(0.62);
    await one.clock.advance(15_000);
    expect(shareOfNew(one)).toBeGreaterThan(0.9);
    expect(shareOfNew(one)).toBeLessThan(1.1);
  });

  it('does not, when it is not wanted', () => {
    expect(shareOfNew(grown({ slowStart: false }))).toBeGreaterThan(0.9);
  });

  it('does not, when all are new', () => {
    const one = tried(instancesOf(10), { balancer });
    expect(Math.min(...one.counts(5000))).toBeGreaterThan(350);
    one.pool.update(instancesOf(10, () => ({ incarnation: 2 })));
    expect(Math.min(...one.counts(5000))).toBeGreaterThan(350);
  });

  it('ends, when those who were there leave', () => {
    const one = grown();
    one.pool.update([instanceOf('i9')]);
    one.pool.update([instanceOf('i9'), instanceOf('late')]);
    expect(one.endpoint('i9').warmth).toBe(1);
    expect(one.endpoint('late').warmth).toBe(0.1);
  });

  it('goes on for who is ejected meanwhile, and respects weights', async () => {
    const one = tried(instancesOf(2), { balancer });
    one.pool.update([...instancesOf(2), instanceOf('new', { weight: 10 })]);
    one.endpoint('new').ejectedUntil = 20_000;
    await one.clock.advance(15_000);
    one.pool.pick();
    expect(one.endpoint('new').warmth).toBeCloseTo(0.5, 2);
    await one.clock.advance(5000);
    one.pool.pick();
    expect(one.endpoint('new').share).toBeCloseTo(10 * (20 / 30), 1);
  });
});

describe('panic', () => {
  const rule = { below: 0.5, endpointsMin: 10 };
  it.each([
    [0, 0, false],
    [1, 0, false],
    [1, 1, true],
    [2, 1, false],
    [9, 8, false],
    [9, 9, true],
    [10, 5, false],
    [10, 6, true],
    [1000, 501, true],
  ])('of %d of whom %d are ejected: %s', (endpoints, ejected, expected) => {
    expect(isPanic(endpoints, ejected, rule)).toBe(expected);
  });

  it('is only when nobody is left, if it is not wanted', () => {
    const { pool } = tried(instancesOf(20), { panic: false });
    const endpoints = [...pool.endpoints()];
    for (const endpoint of endpoints.slice(1)) endpoint.ejectedUntil = 1e9;
    expect([pool.panic, pool.available]).toEqual([false, 1]);
    for (const endpoint of endpoints) endpoint.ejectedUntil = 1e9;
    expect([pool.panic, pool.available]).toEqual([true, 20]);
  });
});

describe('nonsense', () => {
  it.each([
    [{ slowStart: { windowMs: -1 } }, 'slowStart.windowMs is -1; a number of milliseconds is meant'],
    [{ slowStart: { least: 0 } }, 'slowStart.least is 0; above 0 and up to 1 is possible'],
    [{ slowStart: { aggression: 0 } }, 'slowStart.aggression is 0; above 0 is possible'],
    [{ panic: { below: 2 } }, 'panic.below is 2; a share from 0 to 1 is meant'],
    [{ panic: { endpointsMin: NaN } }, 'panic.endpointsMin is NaN; a number of endpoints is meant'],
    [{ balancer: 'best' as BalancerName }, 'There is no balancer "best"; there are peak-ewma,'],
  ])('%j is refused', (options, message) => {
    expect(() => tried([], options)).toThrow(message);
  });
});
