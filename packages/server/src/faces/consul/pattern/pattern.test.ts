import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from './pattern.js';

describe('a pattern', () => {
  it.each([
    ['^web-(.*?)-(\\d+)$', 'web-a-b-12', ['web-a-b-12', 'a-b', '12']],
    ['a|ab', 'ab', ['a']],
    ['(a|ab)(c|bcd)', 'abcd', ['abcd', 'a', 'bcd']],
    ['(?i)WEB', 'my web', ['web']],
    ['(?i:W)eb', 'Web', ['Web']],
    ['x{2,3}', 'xxxx', ['xxx']],
    ['x{2,3}?', 'xxxx', ['xx']],
    ['x{,2}', 'x{,2}', ['x{,2}']],
    ['(?P<one>b+)(c)?', 'abb', ['bb', 'bb', undefined]],
    ['[^a-c\\]]+', 'ab]xyz', ['xyz']],
    ['[[:digit:]_-]+', 'a-1_2', ['-1_2']],
    ['\\bb\\b', 'a b c', ['b']],
    ['\\p{Lu}\\pL', 'éÀé', ['Àé']],
    ['(?m)^b$', 'a\nb\nc', ['b']],
    ['(?s)a.b', 'a\nb', ['a\nb']],
    ['', 'x', ['']],
    ['(a*)*', 'aab', ['aa', 'aa']],
    ['\\x41\\x{1F600}', 'A😀', ['A😀']],
  ])('%s in %j', (pattern, text, found) => {
    expect(compilePattern(pattern).exec(text)).toEqual(found);
  });

  it.each(['(', ')', '*', 'a**', '[b-a]', '(?=a)', '\\1', 'a{2000}', '[[:nothing:]]', '\\p{Nothing}', '(((a{100}){100}){100})'])(
    '%s is none',
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow(/./);
    },
  );

  it('takes no longer for what is made to take long', () => {
    const text = 'a'.repeat(3000);
    expect(compilePattern('(a+)+$b').test(text)).toBe(false);
    expect(compilePattern('(a?){50}a{50}').test('a'.repeat(50))).toBe(true);
  });

  it('finds what JavaScript finds, where both understand it', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      'a*',
      'b+?',
      'a?',
      '(a)',
      '(b|ab)',
      '(a|b)*',
      '^',
      '$',
      '\\b',
      '(?:ab){1,2}',
    );
    const pattern = fc.array(atom, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 }), (source, text) => {
        const expected = new RegExp(source, 'u').exec(text);
        expect(compilePattern(source).exec(text)?.[0]).toBe(expected?.[0]);
      }),
      { numRuns: 500 },
    );
  });
});
