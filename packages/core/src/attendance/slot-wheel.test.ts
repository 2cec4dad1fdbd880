import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotWheel } from './slot-wheel.js';

const ALL = 1000;

function wheel(buckets = 8): SlotWheel {
  const one = new SlotWheel({ tickMs: 100, buckets, nowMs: 0 });
  one.reserve(64);
  return one;
}

describe('SlotWheel', () => {
  const cases: [string, { deadlineMs: number; early: number; late: number }][] = [
    ['a deadline on a tick', { deadlineMs: 300, early: 299, late: 300 }],
    ['a deadline between ticks waits for the later one', { deadlineMs: 201, early: 299, late: 300 }],
    ['a deadline beyond the span is looked at after one turn', { deadlineMs: 100_000, early: 699, late: 700 }],
  ];
  it.each(cases)('%s', (_name, { deadlineMs, early, late }) => {
    const one = wheel();
    one.place(7, deadlineMs);
    expect(one.take(early, ALL)).toEqual([]);
    expect(one.take(late, ALL)).toEqual([7]);
    expect(one.take(late + 10_000, ALL)).toEqual([]);
  });

  it('finds what is overdue at the next look, within the same tick too', () => {
    const one = wheel();
    one.take(450, ALL);
    one.place(7, 20);
    expect(one.take(450, ALL)).toEqual([7]);
  });

  it('empties every bucket once after a long sleep, in order', () => {
    const one = wheel();
    for (const [slot, deadlineMs] of [
      [3, 600],
      [1, 100],
      [2, 250],
    ] as const)
      one.place(slot, deadlineMs);
    expect(one.take(1e9, ALL)).toEqual([1, 2, 3]);
  });

  it('hands out slices, and nobody twice', () => {
    const one = wheel();
    for (let slot = 0; slot < 10; slot++) one.place(slot, slot < 6 ? 100 : 200);
    const slices = [one.take(250, 4), one.take(250, 4), one.take(250, 4), one.take(250, 4)];
    expect(slices.map((slice) => slice.length)).toEqual([4, 4, 2, 0]);
    expect(new Set(slices.flat()).size).toBe(10);
  });

  it('ignores a clock that steps back', () => {
    const one = wheel();
    one.take(1000, ALL);
    one.place(7, 1100);
    expect(one.take(500, ALL)).toEqual([]);
    expect(one.take(1100, ALL)).toEqual([7]);
  });

  it('forgets who was taken out, wherever it lay', () => {
    const one = wheel();
    for (const slot of [1, 2, 3]) one.place(slot, 100);
    for (const slot of [2, 3, 9]) one.remove(slot);
    expect(one.take(100, ALL)).toEqual([1]);
  });

  const step = fc.record({
    act: fc.constantFrom('place', 'place', 'remove', 'take'),
    slot: fc.nat({ max: 12 }),
    ms: fc.integer({ min: 0, max: 3000 }),
    limit: fc.integer({ min: 1, max: 4 }),
  });

  it('tells everybody once, never early, and all who are due when asked for them all', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 40, max: 60 }), (steps, buckets) => {
        const one = wheel(buckets);
        const deadlines = new Map<number, number>();
        let nowMs = 0;
        const take = (limit: number): void => {
          for (const slot of one.take(nowMs, limit)) {
            const deadlineMs = deadlines.get(slot);
            if (deadlineMs === undefined) throw new Error(`${slot} is not in the wheel`);
            if (deadlineMs > nowMs) throw new Error(`${slot} came early`);
            deadlines.delete(slot);
          }
        };
        for (const { act, slot, ms, limit } of steps) {
          if (act === 'place') deadlines.set(slot, nowMs + ms);
          if (act === 'place') one.place(slot, nowMs + ms);
          if (act === 'remove') deadlines.delete(slot);
          if (act === 'remove') one.remove(slot);
          if (act === 'take') take(limit);
          nowMs += Math.floor(ms / 10);
        }
        take(ALL);
        for (const [slot, deadlineMs] of deadlines) if (nowMs >= deadlineMs + 100) throw new Error(`${slot} is late`);
      }),
    );
  });
});
