import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from './nearest.js';

const known = ['http', 'history-age', 'history-revisions', 'data', 'deregister', 'register', 'get'];

describe('nearest', () => {
  it.each([
    ['http', 'http'],
    ['htpp', 'http'],
    ['htp', 'http'],
    ['historyAge', 'history-age'],
    ['HISTORY_AGE', 'history-age'],
    ['histroyage', 'history-age'],
    ['history', 'history-age'],
    ['hist', 'history-age'],
    ['unregister', 'deregister'],
    ['date', 'data'],
    ['xyz', undefined],
    ['', undefined],
    ['--', undefined],
    ['x'.repeat(1000), undefined],
  ])('%s → %s', (typed, word) => {
    expect(nearest(typed, known)).toBe(word);
  });

  it('finds a word itself before all others', () => {
    fc.assert(fc.property(fc.constantFrom(...known), (word) => nearest(word, known) === word));
  });

  it('makes the end of a sentence', () => {
    expect([suggestion('htpp', known, (word) => `--${word}`), suggestion('xyz', known)]).toEqual([' Did you mean --http?', '']);
  });
});
