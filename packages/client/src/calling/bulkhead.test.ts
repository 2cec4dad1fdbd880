import { SimulatedClock } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bulkhead } from './bulkhead.js';

const rules = { callsMax: 2, instanceCallsMax: 2, queueMax: 2, queueMs: 100 };

describe('a bulkhead', () => {
  it('lets so many in, has so many wait in order, and turns the others away', () => {
    const bulkhead = new Bulkhead(rules, new SimulatedClock());
    const entered: string[] = [];
    expect([bulkhead.tryEnter(), bulkhead.tryEnter(), bulkhead.tryEnter()]).toEqual([true, true, false]);
    bulkhead.wait(
      1000,
      () => entered.push('a'),
      () => entered.push('late'),
    );
    const b = bulkhead.wait(
      1000,
      () => entered.push('b'),
      () => entered.push('late'),
    );
    expect(
      bulkhead.wait(
        1000,
        () => undefined,
        () => undefined,
      ),
    ).toBeNull();
    bulkhead.leave();
    expect([entered, bulkhead.within, bulkhead.waiting]).toEqual([['a'], 2, 1]);
    b?.giveUp();
    bulkhead.leave();
    expect([entered, bulkhead.within, bulkhead.waiting]).toEqual([['a'], 1, 0]);
  });

  it.each([
    [1000, 100],
    [30, 30],
  ])('has one who could wait %d ms wait %d ms', async (waitMs, untilMs) => {
    const clock = new SimulatedClock();
    const bulkhead = new Bulkhead({ ...rules, callsMax: 0 }, clock);
    const told: string[] = [];
    bulkhead.wait(
      waitMs,
      () => told.push('entered'),
      () => told.push('late'),
    );
    await clock.advance(untilMs - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['late']);
    expect(bulkhead.waiting).toBe(0);
  });

  it('keeps its bounds, whatever happens', async () => {
    const step = fc.oneof(fc.constantFrom('call', 'leave', 'giveUp'), fc.integer({ min: 1, max: 120 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (script) => {
        const clock = new SimulatedClock(() => Promise.resolve());
        const bulkhead = new Bulkhead(rules, clock);
        let within = 0;
        const waiting: { giveUp(): void }[] = [];
        const enter = (): void => void within++;
        for (const one of script) {
          if (typeof one === 'number') await clock.advance(one);
          else if (one === 'leave' && within > 0) {
            within--;
            bulkhead.leave();
          } else if (one === 'giveUp') waiting.pop()?.giveUp();
          else if (one === 'call' && bulkhead.tryEnter()) enter();
          else if (one === 'call') {
            const place = bulkhead.wait(1000, enter, () => undefined);
            if (place !== null) waiting.push(place);
          }
          expect(bulkhead.within).toBe(within);
          expect(within).toBeLessThanOrEqual(2);
          expect(bulkhead.waiting).toBeLessThanOrEqual(2);
          // Nobody waits while there is room.
          expect(bulkhead.waiting === 0 || within === 2).toBe(true);
        }
      }),
    );
  });
});
