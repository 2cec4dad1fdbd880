import { SimulatedClock } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTurn } from '../../../shared/turn.js';
import { atOnce, inSlices, Pile, sorted, type Making } from './making.js';
import { SlicedAnswer } from './sliced-answer.js';

describe('what is done in steps', () => {
  it('sorts as everything does', () => {
    const item = fc.record({ key: fc.integer({ min: 0, max: 20 }), at: fc.nat() });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 3000, size: 'max' }), (items) => {
        const compare = (one: { key: number }, other: { key: number }): number => one.key - other.key;
        expect(atOnce(sorted(items, compare))).toEqual(items.toSorted(compare));
      }),
      { numRuns: 30 },
    );
  });

  it.each([0, 1, 256, 257, 1000])('puts %i texts together', (count) => {
    const pile = new Pile('[');
    const all = Array.from({ length: count }, (_, at) => `"é${at}"`);
    for (const one of all) pile.add(one);
    expect(pile.bytes().toString()).toBe(`[${all.join(',')}]`);
  });
});

/** Each step takes a millisecond. */
function scene(steps: number): {
  readonly answer: SlicedAnswer;
  readonly clock: SimulatedClock;
  move(): void;
  readonly made: () => number;
} {
  const clock = new SimulatedClock();
  let nowMs = 0;
  const slow = { wallMs: () => 0, monotonicMs: () => nowMs, after: clock.after.bind(clock) };
  let [revision, made] = [1, 0];
  const listeners = new Set<() => void>();
  const answer = new SlicedAnswer({
    subject: { about: 'any', revision: () => revision },
    catalog: { listen: (_about, moved) => (listeners.add(moved), () => void listeners.delete(moved)) },
    clock: slow,
    *make(): Making<Buffer> {
      made++;
      const seen = revision;
      for (let step = 0; step < steps; step++) {
        nowMs++;
        yield;
      }
      return Buffer.from(`as of ${seen}`);
    },
    inTurn: (work) => Promise.resolve().then(work),
  });
  return {
    answer,
    clock,
    move: () => {
      revision++;
      for (const moved of listeners) moved();
    },
    made: () => made,
  };
}

describe('an answer in slices', () => {
  it('is made once for all who ask at the same time, and gives others their turn', async () => {
    const { answer, made } = scene(300);
    let turns = 0;
    const count = (): void => void (turns++, (counting = setImmediate(count)));
    let counting = setImmediate(count);
    const all = await Promise.all([answer.fresh(), answer.fresh(), answer.fresh()]);
    clearImmediate(counting);
    expect(all.map(({ body }) => body.toString())).toEqual(['as of 1', 'as of 1', 'as of 1']);
    expect([made(), turns > 10]).toEqual([1, true]);
  });

  it('that takes long is made anew for those who wait, and shown when it is', async () => {
    const { answer, clock, move, made } = scene(100);
    await answer.fresh();
    let told = 0;
    const leave = answer.listen(() => told++);
    move();
    move();
    expect([told, answer.revision, answer.body.toString()]).toEqual([0, 1, 'as of 1']);
    await clock.advance(2000);
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect([told, answer.revision, answer.body.toString(), made()]).toEqual([1, 3, 'as of 3', 2]);
    leave();
    move();
    await clock.advance(2000);
    expect(made()).toBe(2);
  });

  it('that is short is made when it is asked for', async () => {
    const { answer, move } = scene(2);
    await answer.fresh();
    let told = 0;
    answer.listen(() => told++);
    move();
    expect([told, answer.revision, answer.body.toString()]).toEqual([1, 2, 'as of 2']);
    expect((await answer.fresh()).revision).toBe(2);
  });

  it('that cannot be made is asked for again', async () => {
    const failing = new SlicedAnswer({
      subject: { about: 'any', revision: () => 1 },
      catalog: { listen: () => () => undefined },
      clock: new SimulatedClock(),
      *make(): Making<Buffer> {
        yield;
        throw new Error('no');
      },
      inTurn: (work) => work(),
    });
    await expect(failing.fresh()).rejects.toThrow('no');
    await expect(failing.fresh()).rejects.toThrow('no');
    expect(failing.isWanted).toBe(false);
  });

  it('runs to its end', async () => {
    expect(
      await inSlices(
        sorted([3, 1, 2], (one, other) => one - other),
        new SimulatedClock(),
      ),
    ).toEqual([1, 2, 3]);
  });
});
