/** Kinds of characters, by the names that Go has for them. */

/** What is no expression, in a sentence; or one that takes too much. */
export class PatternError extends Error {
  override readonly name = 'PatternError';

  constructor(reason: string) {
    super(`error parsing regexp: ${reason}`);
  }
}

/** Of a character's code. */
export type Test = (character: number) => boolean;

function between(first: string, last: string): Test {
  const [from, to] = [first.charCodeAt(0), last.charCodeAt(0)];
  return (code) => code >= from && code <= to;
}

const digit = between('0', '9');
const lower = between('a', 'z');
const upper = between('A', 'Z');
const alpha: Test = (code) => lower(code) || upper(code);
export const isWord: Test = (code) => alpha(code) || digit(code) || code === 0x5f;
const space: Test = (code) => [0x09, 0x0a, 0x0c, 0x0d, 0x20].includes(code);

function not(test: Test): Test {
  return (code) => !test(code);
}

export const classes: Readonly<Record<string, Test>> = { d: digit, D: not(digit), w: isWord, W: not(isWord), s: space, S: not(space) };
/** What is written by a letter and has none. */
export const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

const posix: Readonly<Record<string, Test>> = {
  alnum: (code) => alpha(code) || digit(code),
  alpha,
  ascii: (code) => code < 128,
  blank: (code) => code === 0x09 || code === 0x20,
  cntrl: (code) => code < 32 || code === 127,
  digit,
  graph: between('!', '~'),
  lower,
  print: between(' ', '~'),
  punct: (code) => code > 32 && code < 127 && !alpha(code) && !digit(code),
  space: (code) => space(code) || code === 11,
  upper,
  word: isWord,
  xdigit: (code) => digit(code) || between('a', 'f')(code) || between('A', 'F')(code),
};

export function posixTest(name: string, isNegated: boolean): Test {
  const test = Object.hasOwn(posix, name) ? posix[name] : undefined;
  if (test === undefined) throw new PatternError(`invalid character class range: [:${name}:]`);
  return isNegated ? not(test) : test;
}

export function propertyPattern(name: string): RegExp {
  for (const property of [name, `Script=${name}`]) {
    try {
      return new RegExp(`^\\p{${property}}$`, 'u');
    } catch {
      // Not one of that kind.
    }
  }
  throw new PatternError(`invalid character class range: \\p{${name}}`);
}
