import { SeededRandom } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomBag } from './random-bag.js';

describe('RandomBag', () => {
  it('draws whom chance names, and nobody twice', () => {
    const bag = new RandomBag(new SeededRandom(1));
    for (let item = 0; item < 100; item++) bag.add(item);
    const drawn = [...bag.take(60), ...bag.take(60)];
    expect(drawn.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 100 }, (_, item) => item));
    expect(drawn.slice(0, 60)).not.toEqual(drawn.slice(0, 60).toSorted((left, right) => left - right));
    expect(bag.size).toBe(0);
  });

  it('is a set, whatever is done with it', () => {
    const step = fc.tuple(fc.constantFrom('add', 'delete', 'take'), fc.nat({ max: 8 }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const bag = new RandomBag(new SeededRandom(7));
        const model = new Set<number>();
        for (const [act, item] of steps) {
          if (act === 'add') bag.add(item);
          if (act === 'add') model.add(item);
          if (act === 'delete') bag.delete(item);
          if (act === 'delete') model.delete(item);
          if (act === 'take') for (const taken of bag.take(item)) expect(model.delete(taken)).toBe(true);
          expect(bag.size).toBe(model.size);
        }
      }),
    );
  });
});
