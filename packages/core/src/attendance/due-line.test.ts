import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { DueLine } from './due-line.js';
import { BATCH_MAX, BATCHES_AT_ONCE_MAX, RETRY_MS } from './pace.js';

/** What each has yet to have written, and a log that takes a while. */
function scene(): {
  readonly clock: SimulatedClock;
  readonly left: Map<string, number>;
  readonly batches: (readonly string[])[];
  readonly atOnce: number[];
  readonly log: { refuses: boolean };
  readonly line: DueLine;
} {
  const clock = new SimulatedClock();
  const left = new Map<string, number>();
  const batches: (readonly string[])[] = [];
  const underWay = new Set<string>();
  const atOnce: number[] = [];
  const log = { refuses: false };
  let running = 0;
  const line = new DueLine({
    clock,
    isDue: (text) => (left.get(text) ?? 0) > 0,
    failed: () => undefined,
    async write(texts) {
      for (const text of texts) {
        expect(underWay.has(text), `${text} is in two batches`).toBe(false);
        underWay.add(text);
      }
      batches.push(texts);
      atOnce.push(++running);
      await new Promise<void>((done) => void clock.after(10, done));
      running--;
      for (const text of texts) underWay.delete(text);
      if (log.refuses) throw new Error('away');
      for (const text of texts) left.set(text, (left.get(text) ?? 0) - 1);
    },
  });
  return { clock, left, batches, atOnce, log, line };
}

describe('the line of those about whom something is to be written', () => {
  it('is worked off in full batches, a few at the same time, nobody in two of them', async () => {
    const { clock, left, batches, atOnce, line } = scene();
    for (let at = 0; at < 10 * BATCH_MAX; at++) {
      left.set(`${at}`, 1 + (at % 3));
      line.add(`${at}`);
      line.add(`${at}`);
    }
    await clock.advance(0);
    await clock.advance(1_000);
    expect([...left.values()].every((count) => count === 0)).toBe(true);
    expect(Math.max(...atOnce)).toBe(BATCHES_AT_ONCE_MAX);
    expect(batches.slice(0, 10).map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => BATCH_MAX));
  });

  it('waits for a moment where nothing is taken, and then goes on', async () => {
    const { clock, left, batches, log, line } = scene();
    log.refuses = true;
    left.set('a', 1);
    line.add('a');
    await clock.advance(0);
    await clock.advance(RETRY_MS - 1);
    expect(batches).toHaveLength(1);
    log.refuses = false;
    await clock.advance(RETRY_MS);
    expect([batches.length, left.get('a')]).toEqual([2, 0]);
  });

  it('looks again at whoever came while he was written about, and forgets whoever left', async () => {
    const { clock, left, batches, line } = scene();
    left.set('a', 1).set('b', 1);
    line.add('a');
    await clock.advance(0);
    await clock.advance(5);
    left.set('a', 2);
    line.add('a');
    line.add('b');
    line.delete('b');
    await clock.advance(100);
    expect(batches).toEqual([['a'], ['a']]);
    await line.close();
  });
});
