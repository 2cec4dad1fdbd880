import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttendedTime } from './attended-time.js';

describe('AttendedTime', () => {
  it('runs with the clock while the node is there', () => {
    const time = new AttendedTime(100, 1000);
    for (const at of [1100, 1210, 1500, 1800]) expect(time.tick(at)).toBe(0);
    expect(time.now(1850)).toBe(1850);
  });

  it('stands still while it is away, but for the tick that was due anyway', () => {
    const time = new AttendedTime(100, 1000);
    expect(time.tick(61_000)).toBe(59_900);
    expect(time.now(61_000)).toBe(1100);
    expect(time.tick(61_100)).toBe(0);
    expect(time.now(61_100)).toBe(1200);
  });

  it('notices by the first heartbeat too, and only once', () => {
    const time = new AttendedTime(100, 1000);
    expect(time.now(61_000)).toBe(1100);
    expect(time.now(61_000)).toBe(1100);
    expect(time.tick(61_001)).toBe(59_900);
    expect(time.tick(61_101)).toBe(0);
  });

  it('knows what it has missed since a moment, and when it woke up, whoever asks first', () => {
    const time = new AttendedTime(100, 1000);
    const before = time.now(1050);
    expect(time.missedSince(before, 11_050)).toBe(9_900);
    expect(time.wokenMs(11_050)).toBe(before + 100);
    const between = time.now(11_060);
    expect(time.wokenMs(16_060)).toBe(between + 100);
    expect(time.missedSince(before, 16_060)).toBe(9_900 + 4_900);
    expect(time.missedSince(between, 16_060)).toBe(4_900);
    expect(time.missedSince(time.now(16_060), 16_070)).toBe(0);
  });

  it('never goes back, and never runs faster than the clock', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 2000 }), fc.boolean())), (steps) => {
        const time = new AttendedTime(100, 0);
        let clockMs = 0;
        let before = 0;
        for (const [gapMs, isTick] of steps) {
          clockMs += gapMs;
          if (isTick) time.tick(clockMs);
          const now = time.now(clockMs);
          expect(now).toBeGreaterThanOrEqual(before);
          expect(now - before).toBeLessThanOrEqual(gapMs);
          before = now;
        }
      }),
    );
  });
});
