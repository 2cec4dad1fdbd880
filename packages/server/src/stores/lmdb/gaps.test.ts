import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gaps, type Gap } from './gaps.js';

const anyKey = fc.stringMatching(/^[a-d]{1,3}$/);

type Step = readonly ['ask' | 'put' | 'remove', string];

const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(fc.tuple(fc.constantFrom('ask', 'ask', 'ask', 'put', 'remove'), anyKey), {
  maxLength: 400,
});

function gapAround(keys: ReadonlySet<string>, key: string): Gap {
  const sorted = [...keys].sort();
  return { after: sorted.findLast((other) => other < key) ?? '', before: sorted.find((other) => other > key) ?? null };
}

describe('gaps between keys', () => {
  it('are never said to be where a key is', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const keys = new Set<string>();
        const gaps = new Gaps();
        for (const [what, key] of steps) {
          if (what === 'put') {
            gaps.fill(key);
            keys.add(key);
          } else if (what === 'remove') keys.delete(key);
          else if (gaps.holds(key)) expect(keys).not.toContain(key);
          else if (!keys.has(key)) gaps.missed(() => gapAround(keys, key));
        }
      }),
    );
  });

  it('are found with the first absent key, and serve all that lie in them', () => {
    const gaps = new Gaps();
    gaps.missed(() => ({ after: 'b', before: 'd' }));
    expect(['b', 'ba', 'c', 'd', 'e'].map((key) => gaps.holds(key))).toEqual([false, true, true, false, false]);
    gaps.fill('c');
    expect(gaps.holds('ba')).toBe(false);
  });

  it('are looked for seldom: whoever is met once is not met again', () => {
    const gaps = new Gaps();
    let looks = 0;
    for (let turn = 0; turn < 160; turn++) {
      gaps.missed(() => {
        looks++;
        return { after: 'x', before: 'y' };
      });
    }
    expect(looks).toBe(10);
  });
});
