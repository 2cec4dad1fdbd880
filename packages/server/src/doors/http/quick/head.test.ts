/** What the quick reader takes, and what it leaves to node:http. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHead } from './head.js';
import { HeaderBlocks, parseHeaderBlock } from './header-block.js';
import { HEADERS_MAX, QUICK_HEAD_BYTES_MAX } from './limits.js';

const read = (text: string): ReturnType<typeof readHead> => readHead(Buffer.from(text, 'latin1'), 0, new HeaderBlocks());

const get = (...lines: readonly string[]): string => ['GET / HTTP/1.1', 'host: a', ...lines, '', ''].join('\r\n');

describe('is taken', () => {
  it('with its method, its target, its headers and its length', () => {
    const text = 'PUT /a/b?c=%20&d#'.slice(0, -1) + ' HTTP/1.1\r\nHost: localhost:8500\r\nX-A:1\r\ncontent-length: 3\r\nx-a: 2\r\n\r\n';
    const head = read(`${text}abcGET`);
    expect(head).toMatchObject({ method: 'PUT', url: '/a/b?c=%20&d', bytes: text.length, block: { bodyBytes: 3, isLast: false } });
    expect(head?.rawHeaders).toEqual(['Host', 'localhost:8500', 'X-A', '1', 'content-length', '3', 'x-a', '2']);
    expect(head?.headers).toEqual({ 'host': 'localhost:8500', 'x-a': '1, 2', 'content-length': '3' });
  });

  it.each([
    ['a wish to end', get('Connection: Close'), { isLast: true }],
    ['a wish to go on', get('connection: keep-alive'), { isLast: false }],
    ['a body of nothing', get('content-length: 0'), { bodyBytes: 0 }],
    ['spaces within a value', get('accept: text/html, */*; q=0.8'), {}],
    ['names of any token', get("!#$%&'*+-.^_`|~09azAZ: b"), {}],
  ])('%s', (_what, text, block) => {
    expect(read(text)?.block).toMatchObject(block);
  });

  it('behind other bytes', () => {
    expect(readHead(Buffer.from(`xyz${get()}`), 3, new HeaderBlocks())).toMatchObject({ method: 'GET', bytes: get().length });
  });
});

describe('is left to node', () => {
  it.each([
    ['nothing', ''],
    ['a part of a line', 'GET / HT'],
    ['a part of a head', get().slice(0, -1)],
    ['no headers', 'GET / HTTP/1.1\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\nx: a\r\n\r\n'],
    ['two hosts', get('host: b')],
    ['a line before it', `\r\n${get()}`],
    ['HTTP/1.0', get().replace('1.1', '1.0')],
    ['HTTP/2.0', get().replace('1.1', '2.0')],
    ['http/1.1', get().replace('HTTP', 'http')],
    ['two spaces', get().replace('GET ', 'GET  ')],
    ['a space behind the version', get().replace('1.1', '1.1 ')],
    ['a tab for a space', get().replace('GET ', 'GET\t')],
    ['a method that no route has', get().replace('GET', 'PROPFIND')],
    ['a method in small letters', get().replace('GET', 'get')],
    ['CONNECT', get().replace('GET /', 'CONNECT a:1')],
    ['a whole URL', get().replace('/', 'http://a/')],
    ['an asterisk', get().replace('GET /', 'OPTIONS *')],
    ['a fragment', get().replace('/', '/a#b')],
    ['a target beyond ASCII', get().replace('/', '/ä')],
    ['a NUL in the target', get().replace('/', '/\0')],
    ['a line feed alone', 'GET / HTTP/1.1\nhost: a\n\n'],
    ['a line feed alone between headers', get('a: b\nc: d')],
    ['a carriage return alone', get('a: b\rc: d')],
    ['a folded line', get('a: b', ' c')],
    ['a space before the colon', get('a : b')],
    ['a space before the name', get(' a: b')],
    ['no colon', get('a')],
    ['no name', get(': b')],
    ['no value', get('a:')],
    ['spaces round a value', get('a:  b')],
    ['a space behind a value', get('a: b ')],
    ['a tab', get('a:\tb')],
    ['a value beyond ASCII', get('a: ä')],
    ['a NUL in a value', get('a: \0')],
    ['a length with a sign', get('content-length: +3')],
    ['a negative length', get('content-length: -1')],
    ['a length in hexadecimal', get('content-length: 0x3')],
    ['a list of lengths', get('content-length: 3, 3')],
    ['two lengths', get('content-length: 3', 'content-length: 3')],
    ['a length with zeros before it', get('content-length: 03')],
    ['a length beyond what is exact', get('content-length: 9999999999999999')],
    ['a body in pieces', get('transfer-encoding: chunked')],
    ['a body in pieces, said otherwise', get('Transfer-Encoding: x')],
    ['an expectation', get('expect: 100-continue')],
    ['an upgrade', get('upgrade: websocket')],
    ['a list of wishes', get('connection: keep-alive, close')],
    ['another wish', get('connection: upgrade')],
    ['two wishes', get('connection: close', 'connection: close')],
    ['a wish to a proxy', get('proxy-connection: close')],
    ['trailers', get('trailer: a')],
    ['too many headers', get(...Array.from({ length: HEADERS_MAX }, (_, at) => `a${at}: b`))],
    ['too long a head', get(`a: ${'b'.repeat(QUICK_HEAD_BYTES_MAX)}`)],
  ])('%s', (_what, text) => {
    expect(read(text)).toBeNull();
  });
});

it('a block that is known is read as if it were not', () => {
  const token = fc.stringMatching(/^[a-zA-Z-]{1,8}$/);
  const value = fc.stringMatching(/^[!-~ ]{0,8}$/);
  const blocks = new HeaderBlocks();
  fc.assert(
    fc.property(fc.array(fc.tuple(token, value), { maxLength: 3 }), (pairs) => {
      const text = ['host: a', ...pairs.map((pair) => pair.join(': '))].join('\r\n');
      const anew = parseHeaderBlock(text);
      for (const again of [blocks.of(text), blocks.of(text)]) {
        expect(again?.raw).toEqual(anew?.raw);
        expect([again?.bodyBytes, again?.isLast]).toEqual([anew?.bodyBytes, anew?.isLast]);
      }
    }),
  );
});
