import { describe, expect, it } from 'vitest';
import { Fuzz } from './fuzz.js';

describe('whatever arrives by DNS', () => {
  it.each([1, 2, 3])('is answered well, or not at all: seed %i', (seed) => {
    const { objections, answers, dropped, cut, rcodes } = new Fuzz(seed).run(10_000);
    expect(objections).toEqual([]);
    // Otherwise it would have judged nothing.
    expect(Math.min(answers, dropped, cut)).toBeGreaterThan(20);
    expect(Object.keys(rcodes)).toEqual(expect.arrayContaining(['0', '1', '3', '4', '5', '16']));
  });
});
