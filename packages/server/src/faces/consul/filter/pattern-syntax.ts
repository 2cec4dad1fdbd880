/** Reads a regular expression of RE2 as a tree of pieces. What RE2 does not have, such as references to groups, is refused. */
import { classes, controls, isWord, NEWLINE, posix } from './characters.js';

export type Piece =
  | { readonly kind: 'char'; readonly test: (code: number) => boolean }
  /** Between two characters; `null` is outside of the text. */
  | { readonly kind: 'edge'; readonly test: (before: number | null, after: number | null) => boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Piece[] }
  | { readonly kind: 'choice'; readonly parts: readonly Piece[] }
  | { readonly kind: 'repeat'; readonly part: Piece; readonly min: number; readonly max: number | null };

export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** RE2's own bound on a number in braces. */
const REPEAT_MAX = 1000;

/** Of the whole, repeats written out: a pattern of a filter is a handful. */
const PIECES_MAX = 500;

const DEPTH_MAX = 64;

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

/** Throws `PatternError`. */
export function parsePattern(source: string): Piece {
  return new PatternParser(source).whole();
}

class PatternParser {
  readonly #characters: readonly string[];
  readonly #source: string;
  #at = 0;
  #depth = 0;
  #flags: Flags = { i: false, m: false, s: false };

  constructor(source: string) {
    this.#source = source;
    this.#characters = Array.from(source);
  }

  whole(): Piece {
    const piece = this.#choice();
    if (this.#at < this.#characters.length) throw this.#error('unexpected )');
    if (sizeOf(piece) > PIECES_MAX) throw this.#error('expression is too large');
    return piece;
  }

  get #next(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(text: string): boolean {
    if (
      !this.#characters
        .slice(this.#at, this.#at + text.length)
        .join('')
        .startsWith(text)
    )
      return false;
    this.#at += text.length;
    return true;
  }

  #choice(): Piece {
    if (++this.#depth > DEPTH_MAX) throw this.#error(`nested more than ${DEPTH_MAX} deep`);
    const flags = this.#flags;
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#flags = flags;
    this.#depth--;
    return parts.length === 1 ? (parts[0] as Piece) : { kind: 'choice', parts };
  }

  #sequence(): Piece {
    const parts: Piece[] = [];
    while (this.#next !== undefined && this.#next !== '|' && this.#next !== ')') parts.push(this.#repeated(this.#atom()));
    return { kind: 'sequence', parts };
  }

  #repeated(part: Piece): Piece {
    const bounds = this.#bounds();
    if (bounds === null) return part;
    // Whether it takes much or little makes no difference to whether it matches.
    this.#take('?');
    if (this.#bounds() !== null) throw this.#error('invalid nested repetition operator');
    return { kind: 'repeat', part, ...bounds };
  }

  #bounds(): { readonly min: number; readonly max: number | null } | null {
    if (this.#take('*')) return { min: 0, max: null };
    if (this.#take('+')) return { min: 1, max: null };
    if (this.#take('?')) return { min: 0, max: 1 };
    const found = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(this.#characters.slice(this.#at, this.#at + 12).join(''));
    if (found === null) return null;
    this.#at += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === undefined ? null : Number(found[3]);
    if (Math.max(min, max ?? 0) > REPEAT_MAX || (max !== null && max < min)) throw this.#error(`invalid repeat count: ${found[0]}`);
    return { min, max };
  }

  #atom(): Piece {
    const character = this.#characters[this.#at++] as string;
    const { m, s } = this.#flags;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'char', test: this.#folded(this.#set()) };
      case '.':
        return { kind: 'char', test: s ? () => true : (code) => code !== NEWLINE };
      case '^':
        return { kind: 'edge', test: m ? (before) => before === null || before === NEWLINE : (before) => before === null };
      case '$':
        return { kind: 'edge', test: m ? (_before, after) => after === null || after === NEWLINE : (_before, after) => after === null };
      case '\\':
        return this.#escaped();
      case '*':
      case '+':
      case '?':
        throw this.#error(`missing argument to repetition operator: ${character}`);
      default:
        return this.#literal(character);
    }
  }

  #literal(character: string): Piece {
    const code = character.codePointAt(0) as number;
    return { kind: 'char', test: this.#folded((one) => one === code) };
  }

  /** Without regard to case, where that is wanted. */
  #folded(test: (code: number) => boolean): (code: number) => boolean {
    if (!this.#flags.i) return test;
    return (code) => {
      const character = String.fromCodePoint(code);
      return [character, character.toLowerCase(), character.toUpperCase()].some((one) => test(one.codePointAt(0) as number));
    };
  }

  #group(): Piece {
    let inner = this.#flags;
    if (this.#take('?')) {
      if (!this.#take('P<') && !this.#take('<')) {
        inner = this.#flagsOf();
        // Flags alone count from here on, to the end of the group that they are in.
        if (this.#take(')')) {
          this.#flags = inner;
          return { kind: 'sequence', parts: [] };
        }
        if (!this.#take(':')) throw this.#error('invalid or unsupported Perl syntax');
      } else {
        while (this.#next !== undefined && /\w/.test(this.#next)) this.#at++;
        if (!this.#take('>')) throw this.#error('invalid named capture');
      }
    }
    const outer = this.#flags;
    this.#flags = inner;
    const piece = this.#choice();
    this.#flags = outer;
    if (!this.#take(')')) throw this.#error('missing closing )');
    return piece;
  }

  #flagsOf(): Flags {
    const [, on = '', off = ''] = /^([imsU]*)(?:-([imsU]*))?/.exec(this.#characters.slice(this.#at, this.#at + 9).join('')) ?? [];
    this.#at += on.length + off.length + (this.#characters[this.#at + on.length] === '-' ? 1 : 0);
    const is = (flag: 'i' | 'm' | 's'): boolean => (this.#flags[flag] || on.includes(flag)) && !off.includes(flag);
    return { i: is('i'), m: is('m'), s: is('s') };
  }

  #escaped(): Piece {
    const character = this.#next;
    if (character === 'A') return this.#edge((before) => before === null);
    if (character === 'z') return this.#edge((_before, after) => after === null);
    if (character === 'b') return this.#edge((before, after) => isWord(before) !== isWord(after));
    if (character === 'B') return this.#edge((before, after) => isWord(before) === isWord(after));
    if (character === 'Q') return this.#quotation();
    return { kind: 'char', test: this.#folded(this.#escape()) };
  }

  #edge(test: (before: number | null, after: number | null) => boolean): Piece {
    this.#at++;
    return { kind: 'edge', test };
  }

  #quotation(): Piece {
    this.#at++;
    const parts: Piece[] = [];
    while (this.#next !== undefined && !this.#take('\\E')) parts.push(this.#literal(this.#characters[this.#at++] as string));
    return { kind: 'sequence', parts };
  }

  /** Behind the backslash: a class, or one character. */
  #escape(): (code: number) => boolean {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw this.#error('trailing backslash at end of expression');
    const known = classes[character];
    if (known !== undefined) return known;
    if (character === 'p' || character === 'P') return this.#property(character === 'P');
    const control = controls[character];
    if (control !== undefined) return (code) => code === control;
    if (character === 'x') {
      const found = /^(?:\{([\dA-Fa-f]{1,6})\}|([\dA-Fa-f]{2}))/.exec(this.#characters.slice(this.#at, this.#at + 8).join(''));
      if (found === null) throw this.#error('invalid escape sequence');
      this.#at += found[0].length;
      const wanted = Number.parseInt(found[1] ?? found[2] ?? '', 16);
      return (code) => code === wanted;
    }
    if (/[A-Za-z0-9]/.test(character)) throw this.#error(`invalid escape sequence: \\${character}`);
    const wanted = character.codePointAt(0);
    return (code) => code === wanted;
  }

  #property(isNot: boolean): (code: number) => boolean {
    const found = /^(?:\{(\^?)([A-Za-z_]{1,32})\}|([A-Z]))/.exec(this.#characters.slice(this.#at, this.#at + 40).join(''));
    const name = found?.[2] ?? found?.[3];
    if (found === null || name === undefined) throw this.#error('invalid character class range');
    this.#at += found[0].length;
    let pattern: RegExp;
    try {
      pattern = new RegExp(name.length <= 2 ? `\\p{${name}}` : `\\p{Script=${name}}`, 'u');
    } catch {
      throw this.#error(`invalid character class range: \\p{${name}}`);
    }
    const wanted = isNot === (found[1] === '^');
    return (code) => pattern.test(String.fromCodePoint(code)) === wanted;
  }

  #set(): (code: number) => boolean {
    const isNot = this.#take('^');
    const tests: ((code: number) => boolean)[] = [];
    // A bracket that comes first is one of the characters.
    for (let first = true; first || this.#next !== ']'; first = false) {
      if (this.#next === undefined) throw this.#error('missing closing ]');
      tests.push(this.#setPart());
    }
    this.#at++;
    return (code) => tests.some((test) => test(code)) !== isNot;
  }

  #setPart(): (code: number) => boolean {
    const named = /^\[:(\^?)(\w+):\]/.exec(this.#characters.slice(this.#at, this.#at + 12).join(''));
    if (named !== null) {
      const test = posix[named[2] ?? ''];
      if (test === undefined) throw this.#error(`invalid character class range: ${named[0]}`);
      this.#at += named[0].length;
      return (code) => test.test(String.fromCodePoint(code)) === (named[1] !== '^');
    }
    const character = this.#characters[this.#at++] as string;
    const low = character === '\\' ? this.#setEscape() : (character.codePointAt(0) as number);
    if (typeof low === 'function') return low;
    if (this.#next !== '-' || this.#characters[this.#at + 1] === ']' || this.#characters[this.#at + 1] === undefined)
      return (code) => code === low;
    this.#at++;
    const end = this.#characters[this.#at++] as string;
    const high = end === '\\' ? this.#setEscape() : (end.codePointAt(0) as number);
    if (typeof high === 'function' || high < low) throw this.#error('invalid character class range');
    return (code) => code >= low && code <= high;
  }

  /** One character, or a class of them. */
  #setEscape(): number | ((code: number) => boolean) {
    const character = this.#next;
    if (character !== undefined && (classes[character] !== undefined || /[pP]/.test(character))) return this.#escape();
    const start = this.#at;
    const test = this.#escape();
    const written = this.#characters.slice(start, this.#at).join('');
    const code = written.startsWith('x')
      ? Number.parseInt(written.replaceAll(/[x{}]/g, ''), 16)
      : (controls[written] ?? written.codePointAt(0) ?? 0);
    return test(code) ? code : test;
  }

  #error(what: string): PatternError {
    return new PatternError(`error parsing regexp: ${what}: \`${this.#source.slice(0, 200)}\``);
  }
}

function sizeOf(piece: Piece): number {
  if (piece.kind === 'repeat') return Math.max(1, piece.min, piece.max ?? 0) * sizeOf(piece.part);
  if (piece.kind === 'char' || piece.kind === 'edge') return 1;
  return piece.parts.reduce((sum, part) => sum + sizeOf(part), 1);
}
