import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instance } from '../catalog/instance.js';
import { Residents } from './residents.js';

const numbered = (at: number): Instance => ({ createRevision: at }) as unknown as Instance;
const step = fc.record({ act: fc.constantFrom('add', 'add', 'add', 'remove', 'replace'), at: fc.nat() });

describe('who is on a machine', () => {
  it('is whoever came and has not gone, however many they are', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 100, 200), fc.array(step, { maxLength: 60 }), (atFirst, steps) => {
        const plain = Array.from({ length: atFirst }, (_, at) => numbered(at));
        const residents = new Residents(plain[0] as Instance);
        for (const one of plain.slice(1)) residents.add(one);
        for (const [number, { act, at }] of steps.entries()) {
          const [one, other] = [plain[at % Math.max(plain.length, 1)], numbered(1_000 + number)];
          if (act === 'add' || one === undefined) {
            plain.push(other);
            residents.add(other);
          } else if (act === 'remove') {
            plain.splice(plain.indexOf(one), 1);
            residents.remove(one);
          } else {
            plain[plain.indexOf(one)] = other;
            residents.replace(one, other);
          }
          expect(residents.size).toBe(plain.length);
        }
        expect(new Set(residents.all())).toEqual(new Set(plain));
      }),
    );
  });
});
