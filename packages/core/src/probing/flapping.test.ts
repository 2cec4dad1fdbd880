import { describe, expect, it } from 'vitest';
import { calmInMs, HALF_LIFE_MS, isFlappingAt, restless, still, turned } from './flapping.js';

describe('a check that turns', () => {
  it.each([
    ['once', 1, 1_000, false],
    ['down and up again, as at a restart', 2, 5_000, false],
    ['twice down and up', 4, 5_000, false],
    ['on and on every second', 6, 1_000, true],
    ['on and on every ten seconds', 10, 10_000, true],
    ['every minute', 50, 60_000, false],
    ['every hour', 50, 3_600_000, false],
  ])('%s', (_what, turns, everyMs, flapping) => {
    let nowMs = 0;
    let restlessness = still;
    for (let turn = 0; turn < turns; turn++) restlessness = turned(restlessness, (nowMs += everyMs));
    expect(isFlappingAt(restlessness, nowMs)).toBe(flapping);
  });

  it('is calm when it says it will be, and never later than two half-lives', () => {
    const worst = restless(5_000);
    const inMs = calmInMs(worst, 5_000);
    expect(inMs).toBeLessThanOrEqual(2 * HALF_LIFE_MS + 1);
    expect([isFlappingAt(worst, 5_000 + inMs - 2_000), isFlappingAt(worst, 5_000 + inMs)]).toEqual([true, false]);
    expect(calmInMs(still, 0)).toBe(0);
  });
});
