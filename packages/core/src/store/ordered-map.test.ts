import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedMap } from './ordered-map.js';

const everything = { from: '', to: null };

/** Enough keys for several chunks, in no order. */
function manyKeys(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String((at * 7_919) % count).padStart(5, '0'));
}

function filled(keys: readonly string[]): OrderedMap<number> {
  const map = new OrderedMap<number>();
  keys.forEach((key, at) => map.set(key, at));
  return map;
}

describe('an ordered map', () => {
  it('is empty at first', () => {
    const map = new OrderedMap<number>();
    expect(map.size).toBe(0);
    expect(map.get('a')).toBeUndefined();
    expect(map.delete('a')).toBe(false);
    expect([...map.keys(everything)]).toEqual([]);
  });

  it('walks its keys in order, however they came', () => {
    const keys = manyKeys(3_000);
    expect([...filled(keys).keys(everything)]).toEqual(keys.toSorted());
  });

  it('keeps the last value of a key, and the key once', () => {
    const map = filled(['b', 'a', 'b']);
    expect(map.get('b')).toBe(2);
    expect(map.size).toBe(2);
    expect([...map.keys(everything)]).toEqual(['a', 'b']);
  });

  it.each([
    ['00010', '00013', ['00010', '00011', '00012']],
    ['00010x', '00012', ['00011']],
    ['02998', null, ['02998', '02999']],
    ['', '00001', ['00000']],
    ['00005', '00005', []],
    ['00005', '00001', []],
    ['9', null, []],
  ])('walks from %j to %j', (from, to, keys) => {
    expect([...filled(manyKeys(3_000)).keys({ from, to })]).toEqual(keys);
  });

  it('is as good as new when everything was deleted', () => {
    const keys = manyKeys(2_000);
    const map = filled(keys);
    for (const key of keys) expect(map.delete(key)).toBe(true);
    expect(map.size).toBe(0);
    expect([...map.keys(everything)]).toEqual([]);
    map.set('x', 1);
    map.set('a', 2);
    expect([...map.keys(everything)]).toEqual(['a', 'x']);
  });

  it('finds keys below its first chunk after that chunk was emptied', () => {
    const keys = manyKeys(2_000);
    const map = filled(keys);
    const [lower, upper] = [keys.toSorted().slice(0, 1_000), keys.toSorted().slice(1_000)];
    for (const key of lower) map.delete(key);
    expect([...map.keys(everything)]).toEqual(upper);
    for (const key of lower) map.set(key, 0);
    expect([...map.keys(everything)]).toEqual([...lower, ...upper]);
  });

  it('shows all of it as it came', () => {
    const map = filled(['b', 'c', 'a', 'b']);
    expect([...map.asTheyCame()]).toEqual([
      ['b', 3],
      ['c', 1],
      ['a', 2],
    ]);
  });

  it.each([100, 20_000])('finds the places of new keys when somebody walks, after %i more each time', (more) => {
    const map = new OrderedMap<number>();
    const keys = manyKeys(more * 3);
    for (let from = 0; from < keys.length; from += more) {
      for (const key of keys.slice(from, from + more)) map.set(key, 0);
      expect([...map.keys(everything)]).toEqual(keys.slice(0, from + more).toSorted());
    }
  });

  it('does what a sorted plain map does', () => {
    const key = fc.integer({ min: 0, max: 3_000 }).map((number) => number.toString(36));
    const step = fc.record({ key, deletes: fc.boolean(), value: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 500, maxLength: 2_500, size: 'max' }), key, fc.option(key), (steps, from, to) => {
        const map = new OrderedMap<number>();
        const plain = new Map<string, number>();
        for (const one of steps) {
          if (one.deletes && plain.size > 600) expect(map.delete(one.key)).toBe(plain.delete(one.key));
          else map.set(one.key, plain.set(one.key, one.value).get(one.key) as number);
          if (one.value % 64 === 0) expect(map.keys(everything).next().value).toBe([...plain.keys()].sort()[0]);
        }
        const keys = [...plain.keys()].sort();
        expect(map.size).toBe(plain.size);
        expect([...map.keys({ from, to })]).toEqual(keys.filter((one) => one >= from && (to === null || one < to)));
        expect([...map.keys(everything)].map((one) => map.get(one))).toEqual(keys.map((one) => plain.get(one)));
      }),
      { numRuns: 25 },
    );
  });
});
