/**
 * Reads the filter language of Consul, go-bexpr: `Service.Meta["x-y"] == "1" and not ("old" in Service.Tags or Node matches "^a")`.
 * `not` binds tighter than `and`, and that tighter than `or`; words are lower case.
 */
import type { Expression, Operator, Selector } from './expression.js';

/** Deeper than anybody writes, and shallow enough to be read by recursion. */
const DEPTH_MAX = 64;

export class FilterSyntaxError extends Error {
  override readonly name = 'FilterSyntaxError';
}

/** Throws `FilterSyntaxError`. */
export function parseFilter(text: string): Expression {
  return new Parser(text).whole();
}

const IDENTIFIER = /[A-Za-z][A-Za-z0-9_/]*/y;
const DIGITS = /\d+/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?=[\s)}]|$)/y;
const RAW = /`[^`]*`/y;
const QUOTED = /"(?:[^"\\\n]|\\.)*"/y;
const POINTER = /"((?:\/[\p{L}\p{N}_.~:|-]+)+)"/uy;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Expression {
    const expression = this.#either();
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return expression;
  }

  #either(): Expression {
    return this.#joined('or', () => this.#joined('and', () => this.#negated()));
  }

  #joined(kind: 'and' | 'or', part: () => Expression): Expression {
    const first = part();
    const parts = [first];
    while (this.#word(kind)) parts.push(part());
    return parts.length === 1 ? first : { kind, parts };
  }

  #negated(): Expression {
    if (++this.#depth > DEPTH_MAX) throw new FilterSyntaxError(`nested more than ${DEPTH_MAX} deep`);
    const expression: Expression = this.#word('not') ? { kind: 'not', inner: this.#negated() } : this.#grouped();
    this.#depth--;
    return expression;
  }

  #grouped(): Expression {
    if (!this.#sign('(')) return this.#match();
    const inner = this.#either();
    if (!this.#sign(')')) throw new FilterSyntaxError('Unmatched parentheses');
    return inner;
  }

  #match(): Expression {
    const each = this.#each();
    if (each !== null) return each;
    const start = this.#at;
    const selector = this.#selector();
    if (selector !== null) {
      const match = this.#behindSelector(selector);
      if (match !== null) return match;
    }
    this.#at = start;
    return this.#valueIn();
  }

  #behindSelector(selector: Selector): Expression | null {
    if (this.#sign('==')) return this.#compared(selector, 'equal', false);
    if (this.#sign('!=')) return this.#compared(selector, 'equal', true);
    if (this.#word('is')) {
      const isNot = this.#word('not');
      const operator = this.#word('empty') ? 'empty' : this.#word('nil') ? 'nil' : null;
      if (operator === null) throw this.#unexpected();
      return negatedIf(isNot, { kind: 'match', selector, operator, value: '' });
    }
    const start = this.#at;
    const isNot = this.#word('not');
    for (const operator of ['contains', 'matches'] as const) if (this.#word(operator)) return this.#compared(selector, operator, isNot);
    this.#at = start;
    return null;
  }

  #compared(selector: Selector, operator: Operator, isNot: boolean): Expression {
    return negatedIf(isNot, { kind: 'match', selector, operator, value: this.#value() });
  }

  #valueIn(): Expression {
    const value = this.#value();
    const isNot = this.#word('not');
    if (!this.#word('in')) throw this.#unexpected();
    const selector = this.#selector();
    if (selector === null) throw this.#unexpected();
    return negatedIf(isNot, { kind: 'match', selector, operator: 'contains', value });
  }

  /** `any Tags as tag { tag matches "^v" }` */
  #each(): Expression | null {
    const start = this.#at;
    const of = this.#word('any') ? 'any' : this.#word('all') ? 'all' : null;
    const selector = of === null ? null : this.#selector();
    if (of === null || selector === null || !this.#word('as')) {
      // It may be the name of something, too.
      this.#at = start;
      return null;
    }
    const names = [this.#name()];
    if (this.#sign(',')) names.push(this.#name());
    if (!this.#sign('{')) throw this.#unexpected();
    const inner = this.#either();
    if (!this.#sign('}')) throw this.#unexpected();
    return { kind: 'each', of, selector, names, inner };
  }

  #name(): string {
    this.#space();
    const name = this.#take(/_|[A-Za-z][A-Za-z0-9_]*/y);
    if (name === null) throw this.#unexpected();
    return name;
  }

  #selector(): Selector | null {
    this.#space();
    const pointer = this.#take(POINTER);
    if (pointer !== null)
      return pointer
        .slice(2, -1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const first = this.#take(IDENTIFIER);
    if (first === null) return null;
    const path = [first];
    for (;;) {
      const start = this.#at;
      if (this.#text[this.#at] === '.') {
        this.#at++;
        const part = this.#take(IDENTIFIER) ?? this.#take(DIGITS);
        if (part !== null) path.push(part);
        else return this.#backTo(start, path);
      } else if (this.#text[this.#at] === '[') {
        this.#at++;
        this.#space();
        const key = this.#quoted();
        if (key === null || !this.#sign(']')) throw this.#unexpected();
        path.push(key);
      } else return path;
    }
  }

  #backTo(start: number, path: Selector): Selector {
    this.#at = start;
    return path;
  }

  #value(): string {
    this.#space();
    const found = this.#quoted() ?? this.#take(NUMBER);
    if (found !== null) return found;
    // A bare word is text, also one with dots in it.
    const start = this.#at;
    if (this.#selector() === null) throw this.#unexpected();
    return this.#text.slice(start, this.#at);
  }

  #quoted(): string | null {
    const raw = this.#take(RAW);
    if (raw !== null) return raw.slice(1, -1);
    const quoted = this.#take(QUOTED);
    return quoted === null ? null : unquoted(quoted);
  }

  /** A word of the language, which must end there. */
  #word(word: string): boolean {
    const start = this.#at;
    this.#space();
    if (this.#take(IDENTIFIER) === word) return true;
    this.#at = start;
    return false;
  }

  #sign(sign: string): boolean {
    const start = this.#at;
    this.#space();
    if (this.#text.startsWith(sign, this.#at)) {
      this.#at += sign.length;
      return true;
    }
    this.#at = start;
    return false;
  }

  #space(): void {
    this.#take(/[ \t\r\n]+/y);
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #unexpected(): FilterSyntaxError {
    const rest = this.#text.slice(this.#at, this.#at + 40);
    return new FilterSyntaxError(
      `1:${this.#at + 1} (${this.#at}): no match found${rest === '' ? ', expected more' : ` at ${JSON.stringify(rest)}`}`,
    );
  }
}

function negatedIf(isNot: boolean, inner: Expression): Expression {
  return isNot ? { kind: 'not', inner } : inner;
}

/** As Go reads what stands in quotes, as far as JSON does too. */
function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new FilterSyntaxError(`${quoted} is not a quoted string`);
  }
}
