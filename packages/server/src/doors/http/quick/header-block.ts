/**
 * The header lines of a request, as the quick reader takes them: only what can be read in one way. Everything else, also what is
 * allowed, is left to node:http (docs/adr/0020).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { headersOf } from './joined-headers.js';
import { BLOCK_CHARACTERS_KEPT_MAX, BLOCKS_KEPT_MAX, HEADERS_MAX } from './limits.js';

export class HeaderBlock {
  /** Names and values in turns. Many requests share them: nobody may change them. */
  readonly raw: readonly string[];
  readonly bodyBytes: number;
  /** Whoever sent it wants no second answer on its connection. */
  readonly isLast: boolean;
  #headers: IncomingHttpHeaders | null = null;

  constructor(raw: readonly string[], bodyBytes: number, isLast: boolean) {
    this.raw = raw;
    this.bodyBytes = bodyBytes;
    this.isLast = isLast;
  }

  get headers(): IncomingHttpHeaders {
    return (this.#headers ??= Object.freeze(headersOf(this.raw)));
  }
}

/** A token, a colon, at most one space, and visible characters with spaces between them. */
const LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([!-~](?:[ -~]*[!-~])?)$/;

/** Of so many digits a number is exact. */
const LENGTH = /^(?:0|[1-9]\d{0,14})$/;

/** What decides where a request ends, or who hears it, in other ways than by a length. */
const LEFT_TO_NODE: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'te',
  'trailer',
  'expect',
  'upgrade',
  'http2-settings',
  'proxy-connection',
]);

/** `text`: the lines, without the end of the last one. `null`: not for us. */
export function parseHeaderBlock(text: string): HeaderBlock | null {
  const lines = text.split('\r\n', HEADERS_MAX + 1);
  if (lines.length > HEADERS_MAX) return null;
  const raw: string[] = [];
  const once: { 'host'?: string; 'content-length'?: string; 'connection'?: string } = {};
  for (const line of lines) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    const lowered = name.toLowerCase();
    if (LEFT_TO_NODE.has(lowered)) return null;
    if (lowered === 'host' || lowered === 'content-length' || lowered === 'connection') {
      if (once[lowered] !== undefined) return null;
      once[lowered] = value;
    }
    raw.push(name, value);
  }
  const { host, 'content-length': length = '0', connection = 'keep-alive' } = once;
  const wish = connection.toLowerCase();
  if (host === undefined || !LENGTH.test(length) || (wish !== 'keep-alive' && wish !== 'close')) return null;
  return new HeaderBlock(Object.freeze(raw), Number(length), wish === 'close');
}

/** Those that were seen before: a client says the same headers with every request, and they need to be read once. */
export class HeaderBlocks {
  readonly #known = new Map<string, HeaderBlock>();

  of(text: string): HeaderBlock | null {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (text.length > BLOCK_CHARACTERS_KEPT_MAX) return parseHeaderBlock(text);
    // A copy: a part of what arrived would keep all of it.
    const copy = Buffer.from(text, 'latin1').toString('latin1');
    const block = parseHeaderBlock(copy);
    if (block === null) return null;
    if (this.#known.size >= BLOCKS_KEPT_MAX) this.#known.clear();
    this.#known.set(copy, block);
    return block;
  }
}
