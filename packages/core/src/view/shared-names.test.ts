import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromText } from '../store/bytes.js';
import { SharedNames } from './shared-names.js';

/** As they stand between others. */
function written(name: string): readonly [Uint8Array, number, number] {
  return [fromText(`"${name}"`), 1, name.length + 1];
}

const plainName = fc.stringMatching(/^[ -~]{0,20}$/);

describe('shared names', () => {
  it('are what they are called, by their letters and by their bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(plainName, fc.string({ unit: 'binary' })), { maxLength: 40 }), fc.array(plainName), (all, bytes) => {
        const names = new SharedNames();
        expect([...all, ...all].map((name) => names.of(name))).toEqual([...all, ...all]);
        expect([...bytes, ...all.filter((name) => /^[ -~]*$/.test(name))].every((name) => names.in(...written(name)) === name)).toBe(true);
      }),
    );
  });

  it('find those of a fleet again, whichever way they came', () => {
    const names = new SharedNames();
    const all = Array.from({ length: 20_000 }, (_, at) => `machine-${at}`);
    for (const name of all) names.in(...written(name));
    expect(all.filter((name) => names.kept(name) === null).length).toBeLessThan(all.length / 50);
  });

  it('forget, and go on', () => {
    const names = new SharedNames();
    const wrong = Array.from({ length: 280_000 }, (_, at) => `zone-${at}`).filter((name) => names.of(name) !== name);
    expect(wrong).toEqual([]);
  });
});
