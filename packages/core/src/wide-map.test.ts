import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WideMap } from './wide-map.js';

const name = fc.oneof(fc.constantFrom('', 'a', 'aa', '__proto__', 'constructor'), fc.string({ unit: 'binary', maxLength: 40 }));
const step = fc.record({ act: fc.constantFrom('set', 'delete', 'get'), name, value: fc.nat() });

describe('a wide map', () => {
  it('is a map', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [wide, plain] = [new WideMap<string, number>(), new Map<string, number>()];
        for (const { act, name: one, value } of steps) {
          if (act === 'set') {
            wide.set(one, value);
            plain.set(one, value);
          } else if (act === 'delete') expect(wide.delete(one)).toBe(plain.delete(one));
          expect(wide.get(one)).toBe(plain.get(one));
          expect(wide.size).toBe(plain.size);
        }
      }),
    );
  });

  it.each([
    ['derived from service, host and port', (at: number) => `service-${Math.floor(at / 50)}-10.0.${(at >> 8) & 255}.${at & 255}-8080`],
    ['numbered', (at: number) => `fleet-3-${at}`],
    ['numbered in front', (at: number) => `${at}.orders.internal`],
    ['of an orchestrator', (at: number) => `orders-6f7d9c${(at * 7919).toString(36)}-x2x4z`],
    ['hosts and ports', (at: number) => `10.1.${(at >> 8) & 255}.${at & 255}:8080`],
  ])('holds names %s in parts of one size', (_, nameOf) => {
    const wide = new WideMap<string, number>();
    for (let at = 0; at < 20_000; at++) wide.set(nameOf(at), at);
    expect(wide.largest).toBeLessThan((1.5 * wide.size) / 64);
  });
});
