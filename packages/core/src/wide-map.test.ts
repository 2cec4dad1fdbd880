import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WideMap } from './wide-map.js';

interface Named {
  readonly name: string;
}

/** All of them mix to one number, because only their last letters are mixed. */
function alike(at: number): string {
  return `${at}${'-'.repeat(64)}`;
}

function wideMap(): WideMap<string, Named> {
  return new WideMap(({ name }) => name);
}

const name = fc.oneof(
  fc.constantFrom('', 'a', 'aa', '__proto__', 'constructor'),
  fc.nat(30).map((at) => `instance-${at}`),
  fc.nat(200).map(alike),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const step = fc.record({ act: fc.constantFrom('set', 'add', 'delete', 'get'), name });

/** Many come, and then most of them go: in tables of all sizes, whose places were free before. */
const steps = fc
  .tuple(fc.array(step, { maxLength: 60 }), fc.array(fc.tuple(name, fc.boolean()), { maxLength: 400 }))
  .map(([some, many]) => [
    ...many.map(([one]) => ({ act: 'add', name: one })),
    ...some,
    ...many.filter(([, goes]) => goes).map(([one]) => ({ act: 'delete', name: one })),
    ...many.map(([one]) => ({ act: 'get', name: one })),
  ]);

describe('a wide map', () => {
  it('is a map', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const [wide, plain] = [wideMap(), new Map<string, Named>()];
        for (const { act, name: one } of all) {
          const value = { name: one };
          const known = plain.get(one);
          if (act === 'set') wide.set(one, value);
          else if (act === 'add') expect(wide.add(one, value)).toBe(known);
          else if (act === 'delete') expect(wide.delete(one)).toBe(plain.delete(one));
          if (act === 'set' || (act === 'add' && known === undefined)) plain.set(one, value);
          expect(wide.get(one)).toBe(plain.get(one));
        }
        expect(wide.size).toBe(plain.size);
      }),
    );
  });

  it('is one for many who come and go', () => {
    const wide = wideMap();
    const nameOf = (at: number): string => `service-${Math.floor(at / 50)}-${at}`;
    for (let at = 0; at < 9_000; at++) {
      expect(wide.add(nameOf(at), { name: nameOf(at) })).toBeUndefined();
      if (at % 3 === 0) expect(wide.delete(nameOf(at / 3))).toBe(true);
    }
    for (let at = 0; at < 9_000; at++) expect(wide.delete(nameOf(at))).toBe(at >= 3_000);
    expect(wide.size).toBe(0);
  });

  it.each([
    ['derived from service, host and port', (at: number) => `service-${Math.floor(at / 50)}-10.0.${(at >> 8) & 255}.${at & 255}-8080`],
    ['numbered', (at: number) => `fleet-3-${at}`],
    ['numbered in front', (at: number) => `${at}.orders.internal`],
    ['of an orchestrator', (at: number) => `orders-6f7d9c${(at * 7919).toString(36)}-x2x4z`],
    ['hosts and ports', (at: number) => `10.1.${(at >> 8) & 255}.${at & 255}:8080`],
  ])('holds names %s in parts of one size, and each near its place', (_, nameOf) => {
    const wide = wideMap();
    for (let at = 0; at < 20_000; at++) wide.set(nameOf(at), { name: nameOf(at) });
    expect(wide.largest).toBeLessThan((1.5 * wide.size) / 64);
    expect(wide.far).toBe(0);
  });

  it('holds names that all mix to one number, most of them apart', () => {
    const wide = wideMap();
    for (let at = 0; at < 5_000; at++) wide.set(alike(at), { name: alike(at) });
    expect(wide.far).toBeGreaterThan(4_000);
    for (let at = 0; at < 5_000; at++) expect(wide.get(alike(at))?.name).toBe(alike(at));
  });

  it('finds those that others have pushed away when it grew', () => {
    const wide = wideMap();
    const names = Array.from({ length: 8_000 }, (_, at) => (at % 40 === 0 ? alike(at) : `instance-${at}`));
    for (const one of names) {
      wide.set(one, { name: one });
      expect(wide.get(names[0] as string)?.name).toBe(names[0]);
    }
    for (const one of names) expect(wide.get(one)?.name).toBe(one);
    for (const one of names) expect(wide.delete(one)).toBe(true);
    expect(wide.size).toBe(0);
  });
});
