/**
 * XML as the clients of Eureka write it, read into a tree: elements, attributes, text. No document types and no entities of
 * its own, so that nothing grows while it is read, and nothing is fetched.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All the text directly in it. */
  readonly text: string;
}

/** Deeper than any instance is; who nests further means no good. */
const DEPTH_MAX = 32;

/** `null` for what is no XML, or more than is read here. */
export function parseXml(source: string): XmlElement | null {
  const reader = new Reader(source.replace(/^\uFEFF/, ''));
  try {
    reader.skipProlog();
    const root = reader.element(0);
    reader.skipProlog();
    return reader.isAtEnd ? root : null;
  } catch (error) {
    if (error instanceof NoXml) return null;
    throw error;
  }
}

class NoXml extends Error {}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly closed: boolean;
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#source.length;
  }

  /** White space, comments, and what is meant for programs. */
  skipProlog(): void {
    for (;;) {
      this.#match(/\s+/y);
      if (this.#source.startsWith('<!--', this.#at)) this.#skipTo('-->');
      else if (this.#source.startsWith('<?', this.#at)) this.#skipTo('?>');
      else return;
    }
  }

  element(depth: number): XmlElement {
    if (depth > DEPTH_MAX) throw new NoXml();
    const { name, attributes, closed } = this.#open();
    if (closed) return { name, attributes, children: [], text: '' };
    const children: XmlElement[] = [];
    let text = '';
    while (!this.#source.startsWith('</', this.#at)) {
      if (this.#source.startsWith('<!--', this.#at)) this.#skipTo('-->');
      else if (this.#source.startsWith('<![CDATA[', this.#at)) text += this.#skipTo(']]>').slice('<![CDATA['.length, -']]>'.length);
      else if (this.#source.startsWith('<?', this.#at)) this.#skipTo('?>');
      else if (this.#source[this.#at] === '<') children.push(this.element(depth + 1));
      else text += decoded(this.#need(/[^<]+/y));
    }
    if (this.#need(/<\/([^\s>]+)\s*>/y, 1) !== name) throw new NoXml();
    return { name, attributes, children, text };
  }

  #open(): Open {
    const name = this.#need(/<([^\s<>/!?="'&]+)/y, 1);
    const attributes: Record<string, string> = {};
    for (;;) {
      this.#match(/\s+/y);
      const found = this.#match(/([^\s<>/="'&]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y);
      if (found === null) break;
      const [, key = '', double, single = ''] = found;
      Object.defineProperty(attributes, key, { value: decoded(double ?? single), enumerable: true, configurable: true });
    }
    return { name, attributes, closed: this.#need(/(\/?)>/y, 1) === '/' };
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  #need(pattern: RegExp, group = 0): string {
    const found = this.#match(pattern);
    if (found === null) throw new NoXml();
    return found[group] ?? '';
  }

  /** Answers what was skipped, with its end. */
  #skipTo(end: string): string {
    const at = this.#source.indexOf(end, this.#at);
    if (at < 0) throw new NoXml();
    const from = this.#at;
    this.#at = at + end.length;
    return this.#source.slice(from, this.#at);
  }
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&([^;&\s]{1,10});|&/g, (_, entity: string | undefined) => {
    if (entity === undefined) throw new NoXml();
    const [, hex, decimal] = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(entity) ?? [];
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code >= 0 && code <= 0x10_ff_ff) return String.fromCodePoint(code);
    const character = Object.hasOwn(named, entity) ? named[entity] : undefined;
    if (character === undefined) throw new NoXml();
    return character;
  });
}
