/** The head of a request, as the quick reader takes it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { HttpHead } from '../../../shared/http-face.js';
import type { HeaderBlock, HeaderBlocks } from './header-block.js';
import { QUICK_HEAD_BYTES_MAX } from './limits.js';

export class QuickHead implements HttpHead {
  readonly method: string;
  readonly url: string;
  readonly block: HeaderBlock;
  /** Its own length: behind it comes the body. */
  readonly bytes: number;

  constructor(method: string, url: string, block: HeaderBlock, bytes: number) {
    this.method = method;
    this.url = url;
    this.block = block;
    this.bytes = bytes;
  }

  get headers(): IncomingHttpHeaders {
    return this.block.headers;
  }

  get rawHeaders(): readonly string[] {
    return this.block.raw;
  }
}

/** Those that routes have. By themselves, so that a head does not keep what it was cut out of. */
const METHODS: ReadonlyMap<string, string> = new Map(
  ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => [method, method]),
);

const VERSION = ' HTTP/1.1';
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';

/** A path, of visible characters. What is behind a `#` no client sends. */
const TARGET = /^\/[!"$-~]*$/;

/** `null`: not for us. That is also what has not arrived as a whole: hardly anybody sends heads in pieces, except on purpose. */
export function readHead(bytes: Buffer, at: number, blocks: HeaderBlocks): QuickHead | null {
  const text = bytes.toString('latin1', at, Math.min(bytes.length, at + QUICK_HEAD_BYTES_MAX));
  const lineEnd = text.indexOf(LINE_END);
  const headEnd = text.indexOf(HEAD_END, lineEnd);
  if (lineEnd < 0 || headEnd <= lineEnd || !text.endsWith(VERSION, lineEnd)) return null;
  const methodEnd = text.indexOf(' ');
  const method = METHODS.get(text.slice(0, methodEnd));
  const url = text.slice(methodEnd + 1, lineEnd - VERSION.length);
  if (method === undefined || !TARGET.test(url)) return null;
  const block = blocks.of(text.slice(lineEnd + LINE_END.length, headEnd));
  return block === null ? null : new QuickHead(method, url, block, headEnd + HEAD_END.length);
}
