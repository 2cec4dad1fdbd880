import { SeededRandom } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instance } from '../shapes.js';
import { hashText } from './hash.js';
import { instance } from './simulated-registry.fixture.js';
import { subsetOf } from './subset.js';

const fleet = (many: number): readonly Instance[] =>
  Array.from({ length: many }, (_, at) => instance(`payments-10.0.${at >> 8}.${at & 255}-8080`));
const idsOf = (instances: readonly Instance[]): readonly string[] => instances.map(({ id }) => id);

describe('a subset', () => {
  const some = fc.record({ many: fc.integer({ min: 0, max: 80 }), size: fc.integer({ min: 1, max: 100 }), chooser: fc.nat(2 ** 32 - 1) });

  it('has its size, in the order of the whole, and is the same each time', () => {
    fc.assert(
      fc.property(some, ({ many, size, chooser }) => {
        const all = fleet(many);
        const chosen = subsetOf(all, size, chooser);
        expect(chosen).toHaveLength(Math.min(size, many));
        expect(all.filter((one) => chosen.includes(one))).toEqual(chosen);
        expect(idsOf(subsetOf(all.toReversed(), size, chooser)).toSorted()).toEqual(idsOf(chosen).toSorted());
      }),
    );
  });

  it('changes by one at most when one comes or goes', () => {
    fc.assert(
      fc.property(some, fc.nat(), ({ many, size, chooser }, which) => {
        const all = fleet(many + 1);
        const fewer = all.filter((_, at) => at !== which % all.length);
        const [before, after] = [idsOf(subsetOf(all, size, chooser)), idsOf(subsetOf(fewer, size, chooser))];
        const gone = before.filter((id) => !after.includes(id));
        const come = after.filter((id) => !before.includes(id));
        const left = all[which % all.length]?.id;
        // Only whoever leaves is replaced, and only where it had been chosen.
        expect(gone).toEqual(before.includes(left ?? '') ? [left] : []);
        expect(come.length).toBeLessThanOrEqual(gone.length);
      }),
    );
  });

  /** How often each is chosen, by so many choosers. */
  function loads(choosers: number, many: number, size: number): readonly number[] {
    const all = fleet(many);
    const counts = new Map(idsOf(all).map((id) => [id, 0]));
    for (let at = 0; at < choosers; at++) {
      for (const { id } of subsetOf(all, size, hashText(`shop-${at}`))) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return [...counts.values()];
  }

  it.each([
    // Docs/client.md says so. Dice would spread as much: sqrt(choosers * share * (1 - share)).
    { choosers: 1000, many: 100, size: 20, mean: 200 },
    { choosers: 300, many: 1000, size: 20, mean: 6 },
    { choosers: 5000, many: 50, size: 10, mean: 1000 },
  ])('of $size out of $many loads them evenly, as $choosers choose', ({ choosers, many, size, mean }) => {
    const counts = loads(choosers, many, size);
    const spread = Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / many);
    const dice = Math.sqrt(choosers * (size / many) * (1 - size / many));
    expect(counts.reduce((a, b) => a + b) / many).toBe(mean);
    expect(spread / dice).toBeGreaterThan(0.7);
    expect(spread / dice).toBeLessThan(1.3);
    expect(Math.max(...counts)).toBeLessThan(mean + 5 * dice);
  });

  it('of choosers by chance is even too, and a deployment moves only what it replaces', () => {
    const random = new SeededRandom(5);
    const all = fleet(200);
    const replaced = all.map((one, at) => (at % 10 === 0 ? instance(`new-${at}`) : one));
    let moved = 0;
    for (let at = 0; at < 500; at++) {
      const chooser = Math.floor(random.number() * 2 ** 32);
      const before = new Set(idsOf(subsetOf(all, 20, chooser)));
      moved += idsOf(subsetOf(replaced, 20, chooser)).filter((id) => !before.has(id)).length;
    }
    // A tenth of the fleet is new: a tenth of the choices, and those that the new ones win from others that stay.
    expect(moved / (500 * 20)).toBeLessThan(0.2);
  });
});
