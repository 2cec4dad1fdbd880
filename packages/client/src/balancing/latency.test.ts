import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tried } from './balancing.fixture.js';
import { instancesOf } from './instances.fixture.js';
import { DECAY_MS, loadOf, observe, UNKNOWN_COST_MS } from './latency.js';
import type { OutcomeKind } from './outcome.js';

const learner = (costMs = 0): { costMs: number; costAtMs: number } => ({ costMs, costAtMs: 0 });

describe('what a call costs', () => {
  it.each<[string, number, OutcomeKind, number, number]>([
    ['a first answer is all that is known', 0, 'answered', 20, 20],
    ['a worse one counts at once', 20, 'answered', 100, 100],
    ['a better one takes back a part', 100, 'answered', 20, 20 + 80 / Math.E],
    ['a failure costs twice what is usual', 20, 'failed', 1, 40],
    ['a slow failure costs its time', 20, 'timeout', 500, 500],
    ['no connection costs twice what is usual', 20, 'refused', 0, 40],
    ['a break costs twice what is usual', 20, 'reset', 5, 40],
    ['a failure at first is a bad beginning', 0, 'refused', 0, 1000],
    ['what was given up took at least so long', 20, 'abandoned', 50, 50],
    ['what was given up sooner says nothing', 20, 'abandoned', 5, 20],
    ['nothing costs more than the unknown', 20, 'timeout', 1e9, UNKNOWN_COST_MS],
  ])('%s', (_, costMs, kind, tookMs, expected) => {
    const one = learner(costMs);
    observe(one, kind, tookMs, DECAY_MS);
    expect(one.costMs).toBeCloseTo(expected, 9);
  });

  it('is bounded, and never nothing once something was heard', () => {
    const outcome = fc.record({
      kind: fc.constantFrom<OutcomeKind>('answered', 'failed', 'refused', 'timeout', 'reset', 'abandoned'),
      tookMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
      afterMs: fc.nat(100_000),
    });
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1 }), (outcomes) => {
        const one = learner();
        let nowMs = 0;
        for (const { kind, tookMs, afterMs } of outcomes) observe(one, kind, tookMs, (nowMs += afterMs));
        expect(one.costMs).toBeLessThan(UNKNOWN_COST_MS + 1e-6);
        if (outcomes.some(({ kind }) => kind !== 'abandoned')) expect(one.costMs).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the load of an endpoint', () => {
  it.each<[string, { costMs: number; outstanding: number; silentMs: number; share: number }, number]>([
    ['of whom nothing is known is none', { costMs: 0, outstanding: 0, silentMs: 0, share: 1 }, 0],
    ['of whom nothing is known but calls is large', { costMs: 0, outstanding: 2, silentMs: 0, share: 1 }, UNKNOWN_COST_MS + 2],
    ['is its cost', { costMs: 20, outstanding: 0, silentMs: 0, share: 1 }, 20],
    ['grows with the calls', { costMs: 20, outstanding: 3, silentMs: 0, share: 1 }, 80],
    ['grows less where there is more weight', { costMs: 20, outstanding: 3, silentMs: 0, share: 3 }, 40],
    ['fades in silence', { costMs: 20, outstanding: 0, silentMs: DECAY_MS, share: 1 }, 20 / Math.E],
  ])('%s', (_, { costMs, outstanding, silentMs, share }, expected) => {
    const { endpoint } = tried(instancesOf(1));
    const one = endpoint('i0');
    Object.assign(one, { costMs, outstanding });
    expect(loadOf(one, silentMs, share)).toBeCloseTo(expected, 9);
  });
});

describe('peak EWMA', () => {
  it('gives one call, and no more, to who is unknown, until it has answered', () => {
    const { pool, endpoint } = tried(instancesOf(3), { balancer: 'peak-ewma' });
    for (const id of ['i0', 'i1']) Object.assign(endpoint(id), { costMs: 10 });
    const calls = Array.from({ length: 40 }, () => pool.pick()?.begin());
    expect(calls.filter((call) => call?.endpoint.id === 'i2')).toHaveLength(1);
  });

  it('forgives who was slow, and tries it again', async () => {
    const { pool, clock, endpoint } = tried(instancesOf(2), { balancer: 'peak-ewma' });
    Object.assign(endpoint('i0'), { costMs: 1000 });
    let firstAgainMs = Infinity;
    for (let ms = 0; ms < 120_000 && firstAgainMs === Infinity; ms += 100) {
      const call = pool.pick()?.begin();
      if (call?.endpoint.id === 'i0') firstAgainMs = ms;
      await clock.advance(100);
      call?.end({ kind: 'answered' });
    }
    // A thousandth to a hundredth takes as long as the decay, times the logarithm of ten.
    expect(firstAgainMs / DECAY_MS).toBeCloseTo(Math.log(1000 / 100), 0);
  });
});
