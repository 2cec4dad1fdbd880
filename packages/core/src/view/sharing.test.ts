import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sharing } from './sharing.js';

const table = fc.dictionary(fc.constantFrom('a', 'b', 'ab', '__proto__', 'toString', '1:b'), fc.constantFrom('', 'a', 'b', '1:a', 'ab'), {
  maxKeys: 3,
});
const list = fc.array(fc.constantFrom('', 'a', 'b', 'ab', '1:a'), { maxLength: 3 });
const check = fc.record({
  id: fc.constantFrom('a', 'b', 'a/b'),
  type: fc.constant('heartbeat' as const),
  ttlMs: fc.constantFrom(1, 11),
  born: fc.constantFrom('passing' as const, 'critical' as const),
});

describe('sharing', () => {
  it('remembers no long tables, but those of neighbours are one', () => {
    const sharing = new Sharing();
    const long = { text: 'x'.repeat(300) };
    expect(sharing.metadata({ ...long })).toEqual(long);
    expect(sharing.metadata({ ...long })).toBe(sharing.metadata({ ...long }));
  });

  it('changes nothing, and answers the same for the same', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(table, list, fc.array(check, { maxLength: 2 })), { maxLength: 20 }), (all) => {
        const sharing = new Sharing();
        const shared = all.map(
          ([metadata, tags, checks]) => [sharing.metadata(metadata), sharing.tags(tags), sharing.checks(checks)] as const,
        );
        const plain = shared.map(([metadata, tags, checks]) => [new Map(Object.entries(metadata)), tags, checks]);
        expect(plain).toEqual(all.map(([metadata, tags, checks]) => [new Map(Object.entries(metadata)), tags, checks]));
        all.forEach(([metadata, tags], at) => {
          expect(sharing.tags([...tags])).toBe(shared[at]?.[1]);
          expect(sharing.metadata({ ...metadata })).toBe(shared[at]?.[0]);
        });
      }),
    );
  });

  it('fills in what is usual', () => {
    const sharing = new Sharing();
    expect(sharing.checks([{ id: 'a', type: 'heartbeat', ttlMs: 1 }])).toEqual([{ id: 'a', type: 'heartbeat', ttlMs: 1, born: 'passing' }]);
    expect([sharing.metadata(undefined), sharing.ports(undefined), sharing.tags(undefined), sharing.checks(undefined)]).toEqual([
      {},
      {},
      [],
      [],
    ]);
    expect([sharing.text(undefined), sharing.text(null), sharing.text('a')]).toEqual([null, null, 'a']);
  });

  it('notices when tables are repeated after many that were not', () => {
    const sharing = new Sharing();
    for (let at = 0; at < 5_000; at++) sharing.metadata({ own: `${at}` });
    const rounds = Array.from({ length: 1_000 }, () => ['a', 'b', 'c'].map((own) => sharing.metadata({ own })));
    expect(new Set(rounds.slice(-500).flat()).size).toBe(3);
  });

  it('forgets, and goes on', () => {
    const sharing = new Sharing();
    for (let at = 0; at < 40_000; at++) expect(sharing.name(`zone-${at}`)).toBe(`zone-${at}`);
  });
});
