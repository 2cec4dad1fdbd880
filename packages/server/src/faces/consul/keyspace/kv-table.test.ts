import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvTable } from './kv-table.js';

function put(table: KvTable, key: string, revision: number, session: string | null = null): void {
  table.put({ key, value: Buffer.from(''), flags: 0n, lockIndex: 0, session, createRevision: revision, modRevision: revision });
}

describe('when keys moved', () => {
  it('is when they came, changed or went, and never goes back', () => {
    const table = new KvTable(1);
    put(table, 'a/b', 2);
    put(table, 'a/c', 3);
    expect([table.movedKey('a/b'), table.movedKey('a/c'), table.movedUnder('a/'), table.movedKey('x'), table.movedUnder('x')]).toEqual([
      2, 3, 3, 1, 1,
    ]);
    table.remove('a/c', 4);
    expect([table.movedKey('a/c'), table.movedUnder('a/'), table.movedUnder('')]).toEqual([4, 4, 4]);
    put(table, 'a/c', 5);
    table.remove('a/b', 6);
    expect([table.movedKey('a/c'), table.movedKey('a/b'), table.movedUnder('a/c'), table.movedUnder('a')]).toEqual([5, 6, 5, 6]);
  });

  it('is never too early, however much is forgotten', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'ab', 'abc', 'b', 'ba'), gone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 0, max: 3 }), (steps, gravesMax) => {
        const table = new KvTable(1, gravesMax);
        const touched = new Map<string, number>();
        const present = new Set<string>();
        steps.forEach(({ key, gone }, at) => {
          const revision = at + 2;
          if (gone && !present.has(key)) return;
          touched.set(key, revision);
          if (gone) table.remove(key, revision);
          else put(table, key, revision);
          if (gone) present.delete(key);
          else present.add(key);
          for (const prefix of ['', 'a', 'ab', 'b']) {
            const last = Math.max(1, ...[...touched].map(([one, when]) => (one.startsWith(prefix) ? when : 1)));
            expect(table.movedUnder(prefix)).toBeGreaterThanOrEqual(last);
            expect(table.movedUnder(prefix)).toBeLessThanOrEqual(revision);
          }
          for (const [one, when] of touched) expect(table.movedKey(one)).toBeGreaterThanOrEqual(when);
        });
      }),
    );
  });

  it('sorts keys by their bytes', () => {
    const table = new KvTable(1);
    for (const key of ['\u{1F600}', '\uffee', 'é', 'z', '']) put(table, key, 2);
    expect([...table.under('')].map(({ key }) => key)).toEqual(['', 'z', 'é', '\uffee', '\u{1F600}']);
    expect([...table.under('é')].map(({ key }) => key)).toEqual(['é']);
  });

  it('knows who holds what', () => {
    const table = new KvTable(1);
    put(table, 'a', 2, 's');
    put(table, 'b', 3, 's');
    put(table, 'a', 4);
    expect(table.heldBy('s')).toEqual(['b']);
    table.remove('b', 5);
    expect([...table.holders()]).toEqual([]);
  });
});
