/**
 * Regular expressions as Go has them (RE2): read into a tree. What Go refuses because it could take for ever, references to what was
 * matched and looks ahead, is refused here too.
 */

import { classes, controls, PatternError, posixTest, propertyPattern, type Test } from './characters.js';

export type Assertion = 'begin' | 'end' | 'line-begin' | 'line-end' | 'word' | 'no-word';

export type Tree =
  | { readonly type: 'empty' }
  | { readonly type: 'one'; readonly test: Test }
  | { readonly type: 'assert'; readonly what: Assertion }
  | { readonly type: 'group'; readonly index: number; readonly inner: Tree }
  | { readonly type: 'all'; readonly parts: readonly Tree[] }
  | { readonly type: 'any'; readonly parts: readonly Tree[] }
  | { readonly type: 'repeat'; readonly inner: Tree; readonly least: number; readonly most: number; readonly greedy: boolean };

interface Flags {
  readonly fold: boolean;
  readonly dotAll: boolean;
  readonly lines: boolean;
  readonly lazy: boolean;
}

/** As Go has it. */
const REPEATS_MAX = 1000;
const DEPTH_MAX = 100;

const noFlags: Flags = { fold: false, dotAll: false, lines: false, lazy: false };

/** Throws `PatternError`. */
export function readPattern(text: string): { readonly tree: Tree; readonly groups: number } {
  const reader = new Reader(Array.from(text));
  const tree = reader.alternatives(noFlags, 0);
  if (!reader.isOver) throw new PatternError(`unexpected ): ${JSON.stringify(text)}`);
  return { tree, groups: reader.groups };
}

class Reader {
  readonly #text: readonly string[];
  #at = 0;
  #groups = 0;
  /** Those that hold from here on, as `(?i)` says it. */
  #flags: Flags = noFlags;

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  get isOver(): boolean {
    return this.#at >= this.#text.length;
  }

  get groups(): number {
    return this.#groups;
  }

  alternatives(flags: Flags, depth: number): Tree {
    if (depth > DEPTH_MAX) throw new PatternError('expression nests too deeply');
    const outer = this.#flags;
    this.#flags = flags;
    const parts = [this.#sequence(depth)];
    while (this.#take('|')) parts.push(this.#sequence(depth));
    this.#flags = outer;
    return parts.length === 1 ? (parts[0] as Tree) : { type: 'any', parts };
  }

  #sequence(depth: number): Tree {
    const parts: Tree[] = [];
    while (!this.isOver && this.#peek() !== '|' && this.#peek() !== ')') parts.push(this.#repeated(this.#atom(depth)));
    return parts.length === 1 ? (parts[0] as Tree) : { type: 'all', parts };
  }

  #repeated(inner: Tree): Tree {
    const counts = this.#counts();
    if (counts === null) return inner;
    const [least, most] = counts;
    const isLazy = this.#take('?');
    const repeated: Tree = { type: 'repeat', inner, least, most, greedy: isLazy === this.#flags.lazy };
    if (['*', '+', '?'].includes(this.#peek() ?? '')) throw new PatternError('invalid nested repetition operator');
    return repeated;
  }

  #counts(): readonly [number, number] | null {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    if (this.#peek() !== '{') return null;
    const said = /^\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/.exec(this.#text.slice(this.#at, this.#at + 14).join(''));
    // As in Go: a brace that counts nothing is one.
    if (said === null) return null;
    this.#at += said[0].length;
    const least = Number(said[1]);
    const most = said[2] === undefined ? least : said[3] === undefined ? Infinity : Number(said[3]);
    if (least > REPEATS_MAX || (most !== Infinity && most > REPEATS_MAX) || most < least)
      throw new PatternError(`invalid repeat count: ${said[0]}`);
    return [least, most];
  }

  #atom(depth: number): Tree {
    const character = this.#next();
    const { dotAll, lines } = this.#flags;
    switch (character) {
      case '(':
        return this.#group(depth);
      case '[':
        return { type: 'one', test: this.#folded(this.#class()) };
      case '.':
        return { type: 'one', test: dotAll ? () => true : (code) => code !== NEWLINE };
      case '^':
        return { type: 'assert', what: lines ? 'line-begin' : 'begin' };
      case '$':
        return { type: 'assert', what: lines ? 'line-end' : 'end' };
      case '\\':
        return this.#escaped();
      case '*':
      case '+':
      case '?':
        throw new PatternError(`missing argument to repetition operator: ${character}`);
      default:
        return { type: 'one', test: this.#folded(isOne(character)) };
    }
  }

  #group(depth: number): Tree {
    if (!this.#take('?')) return this.#captured(depth);
    const named = /^(?:P?<[A-Za-z_]\w*>)/.exec(this.#text.slice(this.#at, this.#at + 80).join(''));
    if (named !== null) {
      this.#at += named[0].length;
      return this.#captured(depth);
    }
    const said = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.#text.slice(this.#at, this.#at + 12).join(''));
    if (said === null) throw new PatternError('invalid or unsupported Perl syntax: (?');
    this.#at += said[0].length;
    const flags = changed(changed(this.#flags, said[1] ?? '', true), said[2] ?? '', false);
    if (said[3] === ':') return this.#closed(this.alternatives(flags, depth + 1));
    this.#flags = flags;
    return { type: 'empty' };
  }

  #captured(depth: number): Tree {
    const index = ++this.#groups;
    return { type: 'group', index, inner: this.#closed(this.alternatives(this.#flags, depth + 1)) };
  }

  #closed(inner: Tree): Tree {
    if (!this.#take(')')) throw new PatternError('missing closing )');
    return inner;
  }

  #escaped(): Tree {
    const character = this.#next();
    if (character === 'Q') return this.#quoted();
    const what = assertions[character];
    if (what !== undefined) return { type: 'assert', what };
    return { type: 'one', test: this.#folded(this.#escapeTest(character)) };
  }

  /** Up to `\\E`, or to the end. */
  #quoted(): Tree {
    const parts: Tree[] = [];
    while (!this.isOver && !(this.#peek() === '\\' && this.#text[this.#at + 1] === 'E'))
      parts.push({ type: 'one', test: this.#folded(isOne(this.#next())) });
    this.#at += 2;
    return { type: 'all', parts };
  }

  /** Of what stands behind a backslash, in a class or out of it. */
  #escapeTest(character: string): Test {
    const named = classes[character];
    if (named !== undefined) return named;
    if (character === 'p' || character === 'P') return this.#property(character === 'P');
    const code = this.#code(character);
    return (one) => one === code;
  }

  #code(character: string): number {
    const control = controls[character];
    if (control !== undefined) return control;
    if (character === 'x') {
      const said = /^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/.exec(this.#text.slice(this.#at, this.#at + 8).join(''));
      if (said === null) throw new PatternError('invalid escape sequence: \\x');
      this.#at += said[0].length;
      return Number.parseInt(said[1] ?? said[2] ?? '', 16);
    }
    if (/[A-Za-z0-9]/.test(character)) throw new PatternError(`invalid escape sequence: \\${character}`);
    return character.codePointAt(0) ?? 0;
  }

  #property(isNegated: boolean): Test {
    const said = /^(?:\{(\^?)([A-Za-z_]{1,40})\}|([A-Z]))/.exec(this.#text.slice(this.#at, this.#at + 44).join(''));
    if (said === null) throw new PatternError('invalid character class range: \\p');
    this.#at += said[0].length;
    const name = said[2] ?? said[3] ?? '';
    const isNot = isNegated !== (said[1] === '^');
    const pattern = propertyPattern(name);
    return (code) => pattern.test(String.fromCodePoint(code)) !== isNot;
  }

  #class(): Test {
    const isNegated = this.#take('^');
    const tests: Test[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) tests.push(this.#classPart());
    this.#at++;
    return (code) => tests.some((test) => test(code)) !== isNegated;
  }

  #classPart(): Test {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.#text.slice(this.#at, this.#at + 12).join(''));
    if (posix !== null) {
      this.#at += posix[0].length;
      return posixTest(posix[2] ?? '', posix[1] === '^');
    }
    const from = this.#next();
    if (from === '\\') {
      const escaped = this.#next();
      if (Object.hasOwn(classes, escaped) || escaped === 'p' || escaped === 'P') return this.#escapeTest(escaped);
      return this.#range(this.#code(escaped));
    }
    return this.#range(from.codePointAt(0) ?? 0);
  }

  #range(from: number): Test {
    if (this.#peek() !== '-' || this.#text[this.#at + 1] === ']') return (code) => code === from;
    this.#at++;
    const end = this.#next();
    const to = end === '\\' ? this.#code(this.#next()) : (end.codePointAt(0) ?? 0);
    if (to < from) throw new PatternError('invalid character class range');
    return (code) => code >= from && code <= to;
  }

  #folded(test: Test): Test {
    if (!this.#flags.fold) return test;
    return (code) => {
      const text = String.fromCodePoint(code);
      return test(code) || test(text.toLowerCase().codePointAt(0) ?? code) || test(text.toUpperCase().codePointAt(0) ?? code);
    };
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #next(): string {
    const character = this.#text[this.#at++];
    if (character === undefined) throw new PatternError('unexpected end of the expression');
    return character;
  }

  #take(character: string): boolean {
    const isThere = this.#peek() === character;
    if (isThere) this.#at++;
    return isThere;
  }
}

export const NEWLINE = 0x0a;

function isOne(character: string): Test {
  const code = character.codePointAt(0);
  return (one) => one === code;
}

function changed(flags: Flags, letters: string, to: boolean): Flags {
  const has = (letter: string): boolean => letters.includes(letter);
  return {
    fold: has('i') ? to : flags.fold,
    dotAll: has('s') ? to : flags.dotAll,
    lines: has('m') ? to : flags.lines,
    lazy: has('U') ? to : flags.lazy,
  };
}

const assertions: Readonly<Record<string, Assertion>> = { A: 'begin', z: 'end', b: 'word', B: 'no-word' };
