import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, PatternError } from './pattern.js';

const judged: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
  ['abc', 'xxabcxx', true],
  ['^abc$', 'abc', true],
  ['^abc$', 'abcd', false],
  ['a.c', 'a\nc', false],
  ['(?s)a.c', 'a\nc', true],
  ['(?i)ABC', 'xabcx', true],
  ['a(?i:B)c', 'abc', true],
  ['a(?i:B)C', 'abc', false],
  ['^(?:v1|v2)$', 'v2', true],
  ['^(?P<name>v\\d+)$', 'v12', true],
  ['^a{2,3}$', 'aaaa', false],
  ['^a{2,3}$', 'aaa', true],
  ['^a{2}$', 'aa', true],
  ['^a{2,}$', 'aaaaaa', true],
  ['a{x}', 'a{x}', true],
  ['^[a-c]+$', 'abcab', true],
  ['^[^a-c]+$', 'xyz', true],
  ['^[]a]+$', 'a]', true],
  ['^[a\\]]+$', 'a]', true],
  ['^[\\d-]+$', '1-2', true],
  ['^[[:alpha:]]+$', 'abc', true],
  ['^[[:^alpha:]]+$', '123', true],
  ['\\bweb\\b', 'a web b', true],
  ['\\bweb\\b', 'awebb', false],
  ['\\Bb', 'ab', true],
  ['\\Aab\\z', 'ab', true],
  ['^\\Q.*\\E$', '.*', true],
  ['^\\x41\\x{1F600}$', 'A😀', true],
  ['^\\p{L}+$', 'äß', true],
  ['^\\PL+$', '123', true],
  ['^\\p{Greek}+$', 'αβγ', true],
  ['(?m)^b$', 'a\nb\nc', true],
  ['^b$', 'a\nb\nc', false],
  ['a*?b', 'aaab', true],
  ['()', '', true],
  ['', 'anything', true],
  ['a||b', '', true],
  ['^(a|b)*c$', 'ababc', true],
  ['^.$', '😀', true],
];

describe('a pattern', () => {
  it.each(judged)('%s on %j: %s', (pattern, text, matches) => {
    expect(compilePattern(pattern).test(text)).toBe(matches);
  });

  it.each(['(', ')', '[', 'a**', '*', '(?=a)', '(?!a)', '\\1', 'a{1001}', 'a{3,2}', '[z-a]', '\\', '(?<=a)', '[[:nope:]]', '\\p{Nope}'])(
    'is not %s',
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow(PatternError);
    },
  );

  it('of more pieces than anybody writes is refused', () => {
    expect(() => compilePattern('((a{100}){100}){100}')).toThrow('too large');
    expect(() => compilePattern('('.repeat(200))).toThrow(PatternError);
  });

  it('takes time that grows with the text only', () => {
    // A backtracking one would still be at it tomorrow.
    expect(compilePattern(`^(a+)+$`).test(`${'a'.repeat(1500)}b`)).toBe(false);
    expect(compilePattern('(a?){60}a{60}').test('a'.repeat(60))).toBe(true);
  });

  it('that takes too much of it is given up', () => {
    expect(() => compilePattern('(a?){200}b').test('a'.repeat(4000))).toThrow('takes too long');
    expect(compilePattern('health.*ok').test('x'.repeat(4096))).toBe(false);
  });

  const piece = fc.oneof(
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', '1', '^', '$', '\\b'),
    fc.constantFrom('(?:a|b)', '(?:ab|c)', '(?:a*b)', '(?:)'),
  );
  const anyPattern = fc
    .array(fc.tuple(piece, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}')), { maxLength: 6 })
    .map((parts) => parts.map(([one, times]) => (/^[\^$]|^\\b/.test(one) ? one : one + times)).join(''));

  it('matches where the language’s own does', () => {
    fc.assert(
      fc.property(anyPattern, fc.stringMatching(/^[abc1 ]{0,12}$/), (pattern, text) => {
        expect(compilePattern(pattern).test(text)).toBe(new RegExp(pattern, 'u').test(text));
      }),
      { numRuns: 500 },
    );
  });
});
