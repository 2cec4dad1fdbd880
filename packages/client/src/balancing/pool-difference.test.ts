import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instance } from '../shapes.js';
import { instanceOf } from './instances.fixture.js';
import { tellDifference } from './pool-difference.js';

/** As `joined`, `~changed` and `-left`. */
function differences(before: readonly Instance[], after: readonly Instance[]): readonly string[] {
  const told: string[] = [];
  tellDifference(before, after, {
    joined: ({ id }) => void told.push(id),
    changed: ({ id }) => void told.push(`~${id}`),
    left: ({ id }) => void told.push(`-${id}`),
  });
  return told.toSorted();
}

const some = new Map('abcdefghijklmnop'.split('').map((id) => [id, [instanceOf(id), instanceOf(id)] as const]));
/** `a` is always the same object, `A` another one of the same id. */
const listOf = (letters: string): readonly Instance[] =>
  letters.split('').map((letter) => some.get(letter.toLowerCase())?.[letter === letter.toLowerCase() ? 0 : 1] as Instance);

describe('the difference', () => {
  it.each<[string, string, readonly string[]]>([
    ['', '', []],
    ['abc', 'abc', []],
    ['', 'ab', ['a', 'b']],
    ['ab', '', ['-a', '-b']],
    ['abcd', 'abCd', ['~c']],
    ['abcd', 'acd', ['-b']],
    ['acd', 'abcd', ['b']],
    ['abcdefghij', 'bcdeFghijk', ['-a', 'k', '~f']],
    ['abcd', 'dcba', []],
    ['abcdefghij', 'jihgfedcbA', ['~a']],
    ['abcdefgh', 'ijklmnop', ['-a', '-b', '-c', '-d', '-e', '-f', '-g', '-h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p']],
  ])('of %o and %o is %j', (before, after, expected) => {
    expect(differences(listOf(before), listOf(after))).toEqual(expected.toSorted());
  });

  it('is the same whatever the order', () => {
    const letters = fc.uniqueArray(fc.constantFrom(...'abcdefghijklmnopABCDEFGHIJKLMNOP'.split('')), {
      selector: (letter) => letter.toLowerCase(),
    });
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        const has = (list: readonly string[], letter: string): boolean => list.some((one) => one.toLowerCase() === letter.toLowerCase());
        const expected = [
          ...after.filter((letter) => !has(before, letter)).map((letter) => letter.toLowerCase()),
          ...after.filter((letter) => has(before, letter) && !before.includes(letter)).map((letter) => `~${letter.toLowerCase()}`),
          ...before.filter((letter) => !has(after, letter)).map((letter) => `-${letter.toLowerCase()}`),
        ];
        expect(differences(listOf(before.join('')), listOf(after.join('')))).toEqual(expected.toSorted());
      }),
    );
  });
});
