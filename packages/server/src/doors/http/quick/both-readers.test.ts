/**
 * The law of the quick reader: whatever is sent, nobody can tell from the answers, or from what the faces are asked, whether there
 * is one. Everything here is asked of two doors, one of which has node:http read everything.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { answersTo, recordingDoor, type Seen } from './recording-door.fixture.js';

const quick = recordingDoor();
const node = recordingDoor({ quick: false });
afterAll(async () => {
  await quick.door.close();
  await node.door.close();
});

const CLOSED = '(closed)';

async function expectAlike(...packets: readonly (string | Buffer)[]): Promise<string> {
  const bytes = packets.map((packet) => (typeof packet === 'string' ? Buffer.from(packet, 'latin1') : packet));
  const [ours, theirs] = [await answersTo(quick.door, bytes), await answersTo(node.door, bytes)];
  const [asked, askedOfNode] = [inOrder(quick.seen.splice(0)), inOrder(node.seen.splice(0))];
  if (isBrokenOff(theirs, ours)) return ours;
  expect(asked).toEqual(askedOfNode);
  expect(ours).toBe(theirs);
  return ours;
}

/**
 * The one difference: who says nonsense right behind a request is not told so by node if the answer is still on its way, which is
 * broken off. Ours gives the answer first.
 */
function isBrokenOff(theirs: string, ours: string): boolean {
  const said = theirs.slice(0, -CLOSED.length);
  return (
    ours !== theirs &&
    theirs.endsWith(CLOSED) &&
    ours.startsWith(said) &&
    /^HTTP\/1\.1 400 [^]*(?:request is Parse Error|head-too-large)/m.test(ours)
  );
}

/** Node begins those that come together together, and the one with the longest body is there last. */
function inOrder(seen: readonly Seen[]): readonly string[] {
  return seen.map((one) => JSON.stringify(one)).toSorted();
}

const last = 'GET /last HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
const head = (line: string, ...headers: readonly string[]): string => [line, ...headers, '', ''].join('\r\n');
const get = (...headers: readonly string[]): string => head('GET /a?b=c HTTP/1.1', 'Host: localhost', ...headers);
const put = (...headers: readonly string[]): string => head('PUT /a HTTP/1.1', 'Host: localhost', ...headers);

describe('what is sound', () => {
  it.each([
    ['a question', get()],
    ['its head alone', head('HEAD /a HTTP/1.1', 'Host: localhost')],
    ['a body', `${put('Content-Length: 3')}abc`],
    ['a body of nothing', put('Content-Length: 0')],
    ['a body with a question', `${get('Content-Length: 3')}abc`],
    ['a body that nobody wants', `${head('PUT /%zz HTTP/1.1', 'Host: localhost', 'Content-Length: 3')}abc`],
    ['an answer without a body', head('DELETE /a HTTP/1.1', 'Host: localhost')],
    ['a wish to go on', get('Connection: Keep-Alive')],
    ['a wish to end', get('Connection: close')],
    ['several', get() + put('content-length: 2') + 'ab' + get()],
    ['a method that is not here', head('OPTIONS /a HTTP/1.1', 'Host: localhost')],
    ['a body in pieces', `${put('Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`],
    ['a body in pieces, with trailers', `${put('Transfer-Encoding: chunked', 'Trailer: x')}3\r\nabc\r\n0\r\nx: y\r\n\r\n`],
    ['an expectation', `${put('Content-Length: 3', 'Expect: 100-continue')}abc`],
    ['HTTP/1.0', head('GET /a HTTP/1.0')],
    ['HTTP/1.0 that goes on', head('GET /a HTTP/1.0', 'Connection: keep-alive')],
    ['a whole URL', head('GET http://localhost/a HTTP/1.1', 'Host: localhost')],
    ['another host', head('GET /a HTTP/1.1', 'Host: evil.example')],
    ['a page that may ask', get('Origin: https://page.example')],
    ['a page that may not', get('Origin: https://evil.example')],
    [
      'a page that asks whether it may',
      head('OPTIONS /a HTTP/1.1', 'Host: localhost', 'Origin: https://page.example', 'Access-Control-Request-Method: PUT'),
    ],
    [
      'the same header again',
      get('Accept: a', 'accept: b', 'Cookie: a', 'Cookie: b', 'User-Agent: a', 'User-Agent: b', 'Set-Cookie: a', 'Set-Cookie: b'),
    ],
    ['names that every object has', get('constructor: a', 'toString: b', 'hasOwnProperty: c')],
    ['an upgrade', get('Connection: Upgrade', 'Upgrade: websocket')],
    ['an empty value', get('Accept:')],
    ['a value beyond ASCII', get('X-A: ä')],
  ])('%s', async (_what, sent) => {
    const answered = await expectAlike(sent + last);
    expect(answered).toMatch(/^HTTP\/1\.1 /);
  });
});

describe('what is meant to be read in two ways', () => {
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n';
  it.each([
    ['a length and pieces', `${put('Content-Length: 6', 'Transfer-Encoding: chunked')}0\r\n\r\n${hidden}`],
    ['pieces and a length', `${put('Transfer-Encoding: chunked', 'Content-Length: 4')}5c\r\n${hidden}0\r\n\r\n`],
    ['pieces, said oddly', `${put('Transfer-Encoding: xchunked', 'Content-Length: 4')}5c\r\n${hidden}`],
    ['pieces, with a space before the colon', `${put('Transfer-Encoding : chunked', 'Content-Length: 4')}5c\r\n${hidden}`],
    ['pieces, with a tab', `${put('Transfer-Encoding:\tchunked', 'Content-Length: 4')}5c\r\n${hidden}`],
    ['pieces, in a folded line', `${put('Transfer-Encoding:', ' chunked', 'Content-Length: 4')}5c\r\n${hidden}`],
    ['pieces, twice', `${put('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')}0\r\n\r\n${hidden}`],
    ['pieces, behind a vertical tab', `${put('Transfer-Encoding: \x0bchunked')}0\r\n\r\n${hidden}`],
    ['pieces, behind a NUL', `${put('Transfer-Encoding: \0chunked')}0\r\n\r\n${hidden}`],
    ['pieces, hidden behind a line feed', `${put('X: a\nTransfer-Encoding: chunked')}0\r\n\r\n${hidden}`],
    ['pieces, hidden behind a carriage return', `${put('X: a\rTransfer-Encoding: chunked')}0\r\n\r\n${hidden}`],
    ['two lengths', `${put('Content-Length: 3', 'Content-Length: 4')}abc${hidden}`],
    ['the same length twice', `${put('Content-Length: 3', 'Content-Length: 3')}abc${hidden}`],
    ['a list of lengths', `${put('Content-Length: 3, 3')}abc${hidden}`],
    ['a length with a sign', `${put('Content-Length: +3')}abc${hidden}`],
    ['a negative length', `${put('Content-Length: -3')}abc${hidden}`],
    ['a length in hexadecimal', `${put('Content-Length: 0x3')}abc${hidden}`],
    ['a length with a space in it', `${put('Content-Length: 3 3')}abc${hidden}`],
    ['a length with spaces round it', `${put('Content-Length:   3  ')}abc${hidden}`],
    ['a length with zeros before it', `${put('Content-Length: 0003')}abc${hidden}`],
    ['a length of zeros', put('Content-Length: 000')],
    ['a length of nothing', `${put('Content-Length:')}${hidden}`],
    ['a length beyond every number', `${put('Content-Length: 99999999999999999999')}abc${hidden}`],
    ['a length with a space before the colon', `${put('Content-Length : 3')}abc${hidden}`],
    ['a length with a line below', `${put('Content_Length: 3')}${hidden}`],
    ['line feeds alone', get().replaceAll('\r\n', '\n')],
    ['a line feed at the end alone', `GET /a HTTP/1.1\r\nHost: localhost\r\n\n${hidden}`],
    ['a carriage return at the end alone', `GET /a HTTP/1.1\r\nHost: localhost\r\n\r${hidden}`],
    ['a request within a line', head(`GET /a HTTP/1.1\nX: GET /b HTTP/1.1`, 'Host: localhost')],
    ['empty lines before it', `\r\n\r\n${get()}`],
    ['a space before the first header', head('GET /a HTTP/1.1', ' Host: localhost')],
    ['a folded header', get('X-A: a', '\tb')],
    ['two hosts', get('Host: other')],
    ['no host', head('GET /a HTTP/1.1', 'X: a')],
    ['a NUL in a name', get('X\0A: b')],
    ['a NUL in the target', head('GET /a\0b HTTP/1.1', 'Host: localhost')],
    ['a fragment', head('GET /a#b HTTP/1.1', 'Host: localhost')],
    ['odd characters in the target', head('GET /a"<>\\^`{|}b HTTP/1.1', 'Host: localhost')],
    ['a target beyond ASCII', head('GET /ä HTTP/1.1', 'Host: localhost')],
    ['two spaces', head('GET  /a HTTP/1.1', 'Host: localhost')],
    ['no version', head('GET /a', 'Host: localhost')],
    ['another version', head('GET /a HTTP/1.2', 'Host: localhost')],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['another method', head('PROPFIND /a HTTP/1.1', 'Host: localhost')],
    ['no method', head('FOO /a HTTP/1.1', 'Host: localhost')],
    ['CONNECT', head('CONNECT localhost:1 HTTP/1.1', 'Host: localhost')],
    ['an asterisk', head('OPTIONS * HTTP/1.1', 'Host: localhost')],
    ['several wishes', get('Connection: close, Content-Length', 'Content-Length: 3')],
    ['a wish to a proxy', get('Proxy-Connection: close')],
    ['a huge head', get(`X: ${'x'.repeat(20_000)}`)],
    ['a large head', get(`X: ${'x'.repeat(10_000)}`)],
    ['many headers', get(...Array.from({ length: 1000 }, (_, at) => `x${at}: y`))],
    ['nonsense', '\x16\x03\x01\x02\0\x01\0'],
  ])('%s', async (_what, sent) => {
    await expectAlike(sent + last);
    await expectAlike(get() + sent + last);
    await expectAlike(get(), sent, last);
  });
});

/** Sound requests of all kinds, one behind the other. */
const requests = fc.array(
  fc.oneof(
    fc.constantFrom(get(), get('X-A: b'), head('HEAD /a HTTP/1.1', 'host: [::1]'), head('DELETE /a HTTP/1.1', 'host: 127.0.0.1')),
    fc.string({ maxLength: 20 }).map((body) => `${put(`content-length: ${Buffer.byteLength(body, 'latin1')}`)}${body}`),
    fc.constant(`${put('Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`),
  ),
  { minLength: 1, maxLength: 4 },
);

it('however it is cut into packets, it is the same', async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.array(fc.nat(400), { maxLength: 6 }), async (sent, cuts) => {
      const bytes = Buffer.from(sent.join('') + last, 'latin1');
      const at = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
      const packets = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      const whole = await expectAlike(bytes);
      expect(await expectAlike(...packets.filter(({ length }) => length > 0))).toBe(whole);
    }),
    { numRuns: 60 },
  );
}, 60_000);

it('whatever is changed in it, both find the same', async () => {
  const nasty = fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    '+',
    '-',
    '0',
    '1',
    '9',
    'x',
    '\x7f',
    '\xff',
    '#',
    ';',
    '"',
    '\x0b',
  );
  const change = fc.record({ of: fc.nat(), at: fc.nat(), by: nasty, instead: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(requests, fc.array(change, { minLength: 1, maxLength: 3 }), async (sent, changes) => {
      const packets = [...sent, last];
      for (const { of, at, by, instead } of changes) {
        const text = packets[of % packets.length] ?? '';
        const place = at % text.length;
        packets[of % packets.length] = text.slice(0, place) + by + text.slice(place + (instead ? 1 : 0));
      }
      await expectAlike(...packets);
    }),
    { numRuns: 150 },
  );
}, 60_000);
