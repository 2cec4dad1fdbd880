import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimingWheel } from './timing-wheel.js';

const wheel = (slots = 8): TimingWheel<string> => new TimingWheel<string>({ tickMs: 100, slots, nowMs: 0 });

describe('TimingWheel', () => {
  const cases: [string, { deadlineMs: number; early: number; late: number }][] = [
    ['a deadline on a tick', { deadlineMs: 300, early: 299, late: 300 }],
    ['a deadline between ticks waits for the later one', { deadlineMs: 201, early: 299, late: 300 }],
    ['a deadline beyond the span is looked at after one turn', { deadlineMs: 100_000, early: 699, late: 700 }],
    ['a deadline that never comes too', { deadlineMs: Infinity, early: 699, late: 700 }],
  ];
  it.each(cases)('%s', (_name, { deadlineMs, early, late }) => {
    const one = wheel();
    one.add('a', deadlineMs);
    expect(one.due(early)).toEqual([]);
    expect(one.due(late)).toEqual(['a']);
    expect(one.due(late + 10_000)).toEqual([]);
  });

  it('finds what is overdue at the next look, within the same tick too', () => {
    const one = wheel();
    one.due(450);
    one.add('late', 20);
    expect(one.due(450)).toEqual(['late']);
  });

  it('empties every slot once after a long sleep, in order', () => {
    const one = wheel();
    for (const [key, deadlineMs] of [
      ['c', 600],
      ['a', 100],
      ['b', 250],
    ] as const)
      one.add(key, deadlineMs);
    expect(one.due(1e9)).toEqual(['a', 'b', 'c']);
  });

  it('ignores a clock that steps back', () => {
    const one = wheel();
    one.due(1000);
    one.add('a', 1100);
    expect(one.due(500)).toEqual([]);
    expect(one.due(1100)).toEqual(['a']);
  });

  it('tells every key once, never early, never more than a tick late', () => {
    const deadline = fc.integer({ min: 0, max: 5_000 });
    const steps = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(deadline, { maxLength: 40 }), steps, fc.integer({ min: 2, max: 20 }), (deadlines, gaps, slots) => {
        const one = new TimingWheel<number>({ tickMs: 100, slots, nowMs: 0 });
        deadlines.forEach((at, key) => one.add(key, at));
        const told = new Set<number>();
        let now = 0;
        for (const gap of [...gaps, 10_000]) {
          now += gap;
          for (const key of one.due(now)) {
            const at = deadlines[key] as number;
            if (at > now) one.add(key, at);
            else if (told.has(key)) throw new Error(`${key} was told twice`);
            else told.add(key);
          }
          deadlines.forEach((at, key) => {
            if (now >= at + 100 && !told.has(key) && gap < 100 * (slots - 1)) throw new Error(`${key} is late`);
          });
        }
        expect(told.size).toBe(deadlines.length);
      }),
    );
  });
});
