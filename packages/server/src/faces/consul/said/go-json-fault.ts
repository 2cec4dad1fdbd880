/** What Go says of text that is no JSON: clients show it, and people search for it. */

/** `null` for what is JSON, as far as its form goes. */
export function goJsonFault(text: string): string | null {
  if (text.trim() === '') return 'EOF';
  const reader = new FaultReader(text);
  try {
    reader.value();
    reader.end();
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Fault extends Error {
  override readonly name = 'Fault';
}

/** Deeper than anybody writes; Go's own bound. */
const DEPTH_MAX = 10_000;

class FaultReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first === '{') return this.#inside(() => this.#object());
    if (first === '[') return this.#inside(() => this.#array());
    if (first === '"') return this.#string();
    if (first !== undefined && /[-\d]/.test(first)) return this.#number();
    const literal = { t: 'true', f: 'false', n: 'null' }[first ?? ''];
    if (literal === undefined) throw this.#invalid('looking for beginning of value');
    this.#literal(literal);
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.#invalid('after top-level value');
  }

  #inside(read: () => void): void {
    if (++this.#depth > DEPTH_MAX) throw new Fault('exceeded max depth');
    this.#at++;
    read();
    this.#depth--;
  }

  #object(): void {
    if (this.#takes('}')) return;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#invalid('looking for beginning of object key string');
      this.#string();
      if (!this.#takes(':')) throw this.#invalid('after object key');
      this.value();
      if (this.#takes('}')) return;
      if (!this.#takes(',')) throw this.#invalid('after object key:value pair');
    }
  }

  #array(): void {
    if (this.#takes(']')) return;
    for (;;) {
      this.value();
      if (this.#takes(']')) return;
      if (!this.#takes(',')) throw this.#invalid('after array element');
    }
  }

  #string(): void {
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      const one = this.#text[this.#at];
      if (one === undefined || one < ' ') throw this.#invalid('in string literal');
      if (one !== '\\') continue;
      this.#at++;
      if (this.#text[this.#at] === 'u') this.#hexadecimal();
      else if (!/["\\/bfnrt]/.test(this.#text[this.#at] ?? '')) throw this.#invalid('in string escape code');
    }
    this.#at++;
  }

  #hexadecimal(): void {
    for (let digits = 0; digits < 4; digits++) {
      this.#at++;
      if (!/[\da-f]/i.test(this.#text[this.#at] ?? '')) throw this.#invalid('in \\u hexadecimal character escape');
    }
  }

  #number(): void {
    if (this.#text[this.#at] === '-') this.#at++;
    if (this.#text[this.#at] === '0') this.#at++;
    else this.#digits('in numeric literal');
    if (this.#text[this.#at] === '.') {
      this.#at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (!/[eE]/.test(this.#text[this.#at] ?? '')) return;
    this.#at++;
    if (/[-+]/.test(this.#text[this.#at] ?? '')) this.#at++;
    this.#digits('in exponent of numeric literal');
  }

  #digits(where: string): void {
    if (!/\d/.test(this.#text[this.#at] ?? '')) throw this.#invalid(where);
    while (/\d/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #literal(word: string): void {
    for (const letter of word) {
      if (this.#text[this.#at] !== letter) throw this.#invalid(`in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
  }

  #takes(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #invalid(where: string): Fault {
    const point = this.#text.codePointAt(this.#at);
    if (point === undefined) return new Fault('unexpected EOF');
    return new Fault(`invalid character ${quoted(String.fromCodePoint(point))} ${where}`);
  }
}

function quoted(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
