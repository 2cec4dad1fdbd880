import { emptyLayer, fromText, NO_LEASE, type Entry, type Layer } from '@rollcall/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recent, type Cell } from './recent.js';

const keys = ['a', 'b', 'c', 'd'];

function layerOf(written: Readonly<Record<string, number | null>>): Layer {
  const layer = emptyLayer();
  for (const [key, modRevision] of Object.entries(written)) layer.set(key, modRevision === null ? null : entryOf(key, modRevision));
  return layer;
}

function entryOf(key: string, modRevision: number): Entry {
  return { key: fromText(key), value: fromText(''), createRevision: 1, modRevision, version: 1, lease: NO_LEASE };
}

function shown(entry: Entry | null | undefined): number | null {
  return entry?.modRevision ?? null;
}

/** Writes, passes that succeed or fail, and writes while they run: as the checkpoint does it, against plain maps. */
class Tables {
  readonly recent = new Recent();
  readonly carried = new Map<string, number | null>();
  readonly written = new Map<string, number | null>();
  #gathered: Cell[] = [];

  write(written: Readonly<Record<string, number | null>>): void {
    this.recent.take(layerOf(written), this.#gathered);
    for (const [key, value] of Object.entries(written)) this.written.set(key, value);
  }

  pass({ meanwhile, isQuiet, fails }: { meanwhile: Readonly<Record<string, number | null>>; isQuiet: boolean; fails: boolean }): void {
    const settling = this.#gathered;
    const wanted = new Map(this.written);
    this.#gathered = [];
    this.recent.beginPass(isQuiet);
    this.write(meanwhile);
    if (fails) {
      this.#gathered = [...this.recent.takeBack(settling), ...this.#gathered];
      return;
    }
    for (const { key, entry } of settling) {
      expect(shown(entry)).toBe(wanted.get(key) ?? null);
      this.carried.set(key, shown(entry));
    }
  }

  get(key: string): number | null {
    const entry = this.recent.get(key);
    return entry === undefined ? (this.carried.get(key) ?? null) : shown(entry);
  }
}

describe('what was written lately', () => {
  it('stands in front of the tables, whatever the passes do', () => {
    const anything = fc.dictionary(fc.constantFrom(...keys), fc.option(fc.nat({ max: 99 })));
    const step = fc.record({ before: anything, meanwhile: anything, isQuiet: fc.boolean(), fails: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const tables = new Tables();
        for (const { before, ...pass } of steps) {
          tables.write(before);
          tables.pass(pass);
          for (const key of keys) expect(tables.get(key)).toBe(tables.written.get(key) ?? null);
        }
      }),
    );
  });

  it('waits once for each key, with its latest value', () => {
    const recent = new Recent();
    const gathered: Cell[] = [];
    recent.take(layerOf({ a: 1, b: 2 }), gathered);
    recent.take(layerOf({ a: 3 }), gathered);
    expect(gathered.map(({ key, entry }) => [key, shown(entry)])).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
  });

  it('is left to the tables when two quiet passes came after it', () => {
    const recent = new Recent();
    for (const key of keys) {
      recent.take(layerOf({ [key]: 1 }), []);
      recent.beginPass(true);
    }
    expect(keys.filter((key) => recent.get(key) !== undefined)).toEqual(['d']);
    expect(recent.size).toBe(1);
  });

  it('is left to the tables when nobody writes any more', () => {
    const recent = new Recent();
    recent.take(layerOf({ a: 1 }), []);
    recent.beginPass(false);
    recent.clear();
    expect([recent.get('a'), recent.size]).toEqual([undefined, 0]);
  });

  it('is kept while everybody writes', () => {
    const recent = new Recent();
    for (const key of keys) {
      recent.take(layerOf({ [key]: 1 }), []);
      recent.beginPass(false);
    }
    expect(keys.filter((key) => recent.get(key) !== undefined)).toEqual(keys);
  });

  it('is left to the tables where its values are large, however few they are', () => {
    const recent = new Recent();
    const value = new Uint8Array(40 * 1024 * 1024);
    for (const key of keys) {
      const layer = emptyLayer();
      layer.set(key, { ...entryOf(key, 1), value });
      recent.take(layer, []);
      recent.beginPass(false);
    }
    expect(keys.filter((key) => recent.get(key) !== undefined)).toEqual(['c', 'd']);
  });
});
