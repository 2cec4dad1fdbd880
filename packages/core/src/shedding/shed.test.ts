import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isShed, lanes, shareShed, type Lane } from './shed.js';

const load = fc.record({ loopDelayMs: fc.nat({ max: 10_000 }), commitsWaiting: fc.nat({ max: 100_000 }) });
const delayed = fc.nat({ max: 10_000 }).map((loopDelayMs) => ({ loopDelayMs, commitsWaiting: 0 }));
const anyLane = fc.constantFrom(...lanes);

describe('shareShed', () => {
  it.each<[Lane, number, number, number]>([
    ['read', 200, 0, 0],
    ['read', 300, 0, 0.5],
    ['read', 400, 0, 1],
    ['read', 0, 1_000_000, 0],
    ['watch', 400, 0, 0],
    ['register', 400, 0, 0],
    ['register', 0, 30_000, 0.5],
    ['deregister', 0, 30_000, 0],
    ['heartbeat', 3200, 1_000_000, 0],
    ['heartbeat', 60_000, 0, 1],
  ])('of %s, %d ms late, %d commits waiting, is %d', (lane, loopDelayMs, commitsWaiting, share) => {
    expect(shareShed(lane, { loopDelayMs, commitsWaiting })).toBe(share);
  });

  it('is never more for a lane than for those behind it', () => {
    fc.assert(
      fc.property(delayed, (load) => {
        const shares = lanes.map((lane) => shareShed(lane, load));
        expect(shares).toEqual(shares.toSorted((one, other) => one - other));
      }),
    );
  });

  it('never falls while the load grows', () => {
    fc.assert(
      fc.property(anyLane, load, load, (lane, one, more) => {
        const both = { loopDelayMs: one.loopDelayMs + more.loopDelayMs, commitsWaiting: one.commitsWaiting + more.commitsWaiting };
        expect(shareShed(lane, both)).toBeGreaterThanOrEqual(shareShed(lane, one));
      }),
    );
  });
});

it('isShed sheds that share of the chances', () => {
  const half = { loopDelayMs: 300, commitsWaiting: 0 };
  expect([0, 0.49, 0.5, 0.99].map((chance) => isShed('read', half, chance))).toEqual([true, true, false, false]);
  expect(isShed('read', { loopDelayMs: 0, commitsWaiting: 0 }, 0)).toBe(false);
});
