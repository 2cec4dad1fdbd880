/** What strangers, and nodes that are not well, may send to the peer door. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PEER_BODY_BYTES_MAX } from '../shared/peer-protocol.js';
import { attendant, eventually, TestCluster, type TestNode } from './node.fixture.js';

/** Does not wait for long. */
const patience = { headMs: 100, requestMs: 200, lookMs: 20 };

let cluster: TestCluster;
let node: TestNode;
beforeEach(async () => {
  cluster = new TestCluster();
  node = await cluster.node('one');
});
afterEach(() => cluster.close());

function impatient(): Promise<TestNode> {
  return cluster.node('one', { patience });
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const meant = { 'rollcall-peer': '1', 'rollcall-from': 'two', 'rollcall-to': 'one@7' };

async function ask({ method = 'POST', path = '/peer/v1/ages', headers = {}, body = '{"who":[]}' }: Asked): Promise<{
  readonly status: number;
  readonly code: string | null;
  readonly message: string;
}> {
  const response = await fetch(`http://127.0.0.1:${node.door.port}${path}`, {
    method,
    headers: { ...meant, ...headers },
    ...(method === 'GET' ? {} : { body }),
  });
  const { error } = (await response.json()) as { readonly error?: { readonly code: string; readonly message: string } };
  return { status: response.status, code: error?.code ?? null, message: error?.message ?? '' };
}

/** Sends these bytes, and answers all that comes back until the connection ends. */
async function raw(to: TestNode, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(to.door.port, '127.0.0.1').on('error', () => undefined);
  let heard = '';
  socket.on('data', (piece) => (heard += piece.toString('latin1')));
  for (const piece of pieces) socket.write(piece);
  await once(socket, 'close');
  return heard;
}

describe('a request', () => {
  it.each<[string, Asked, number, string | null, string]>([
    ['as it should be', {}, 200, null, ''],
    ['in a protocol of the future', { headers: { 'rollcall-peer': '2' } }, 400, 'invalid-request', 'speaks version 1'],
    ['in no version', { headers: { 'rollcall-peer': '' } }, 400, 'invalid-request', 'protocol between nodes'],
    ['in a version that is none', { headers: { 'rollcall-peer': '1.5' } }, 400, 'invalid-request', '1.5 was named'],
    ['for another life', { headers: { 'rollcall-to': 'one@6' } }, 503, 'not-ready', 'one@6 is meant'],
    ['for nobody', { headers: { 'rollcall-to': '' } }, 503, 'not-ready', 'This is one@7'],
    ['for something else', { path: '/peer/v1/secrets' }, 404, 'unknown-route', 'nothing for peers'],
    ['by another method', { method: 'PUT' }, 404, 'unknown-route', 'PUT'],
    ['by the wrong method', { method: 'GET' }, 404, 'unknown-route', 'GET'],
    ['without JSON', { body: 'who' }, 400, 'invalid-request', 'no JSON'],
    ['with nothing', { body: '' }, 400, 'invalid-request', 'empty'],
    ['nested without end', { body: '['.repeat(100_000) }, 400, 'invalid-request', 'nested'],
    ['with something else', { body: '{"who":{"length":3}}' }, 400, 'invalid-request', 'a list of at most'],
    ['with names that are none', { body: '{"who":[1,null]}' }, 400, 'invalid-request', 'a list of at most'],
    ['with too many', { body: JSON.stringify({ who: Array.from({ length: 5001 }, () => 'a') }) }, 400, 'invalid-request', 'at most 5000'],
    ['with ages of nobody', { path: '/peer/v1/beats', body: '{"who":["a"],"ageMs":[]}' }, 400, 'invalid-request', 'for each name'],
    ['from the future', { path: '/peer/v1/beats', body: '{"who":["a"],"ageMs":[-1]}' }, 400, 'invalid-request', '0 or more'],
    ['without an end of time', { path: '/peer/v1/beats', body: '{"who":["a"],"ageMs":[1e999]}' }, 400, 'invalid-request', '0 or more'],
    ['to look at nothing', { path: '/peer/v1/looks', body: '{"keys":"a"}' }, 400, 'invalid-request', 'a list of at most 500'],
    ['from a web page', { headers: { origin: 'https://example.com' } }, 403, 'host-not-allowed', 'this machine'],
  ])('%s', async (_what, asked, status, code, message) => {
    expect(await ask(asked)).toEqual({ status, code, message: expect.stringContaining(message) as string });
    expect(node.taken).toEqual([]);
  });

  it('that names another host is of a web page', async () => {
    const answer = await raw(node, 'GET /peer/v1/node HTTP/1.1\r\nhost: evil.example\r\nrollcall-peer: 1\r\nconnection: close\r\n\r\n');
    expect(answer).toContain('403 Forbidden');
  });

  it('of calls of nobody is answered one by one', async () => {
    const calls = [
      {},
      null,
      { method: '__proto__' },
      { method: 'register' },
      { method: 'register', caller: {} },
      { method: 'constructor' },
    ];
    const response = await fetch(`http://127.0.0.1:${node.door.port}/peer/v1/calls`, {
      method: 'POST',
      headers: meant,
      body: JSON.stringify({ calls }),
    });
    const { results } = (await response.json()) as { readonly results: readonly { readonly error: { readonly code: string } }[] };
    expect(results.map(({ error }) => error.code)).toEqual(calls.map(() => 'invalid-request'));
  });
});

describe('a body', () => {
  const head = (length: string): string =>
    `POST /peer/v1/ages HTTP/1.1\r\nhost: localhost\r\nrollcall-peer: 1\r\nrollcall-to: one@7\r\n${length}\r\n\r\n`;

  it('that is huge is refused before it comes', async () => {
    expect(await raw(node, head(`content-length: ${PEER_BODY_BYTES_MAX + 1}`))).toContain('413 ');
  });

  it('of unknown length is refused', async () => {
    expect(await raw(node, head('transfer-encoding: chunked'))).toContain('says how long');
  });

  it('that does not come is not waited for', async () => {
    expect(await raw(await impatient(), head('content-length: 10'), '{"who"')).toMatch(/^$|400/);
  });

  it('whose sender leaves is forgotten, also many times over', async () => {
    for (let at = 0; at < 40; at++) {
      const socket = connect(node.door.port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(`${head(`content-length: ${PEER_BODY_BYTES_MAX}`)}{`);
      socket.resetAndDestroy();
    }
    // What each of them had announced is free again: together it is more than all may have.
    await eventually(async () => expect((await ask({})).status).toBe(200));
  });
});

describe('bytes', () => {
  it('of any kind do no harm', async () => {
    const hasty = await impatient();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await raw(hasty, Buffer.from(bytes), '\r\n\r\n');
      }),
      { numRuns: 30 },
    );
    expect((await ask({})).status).toBe(200);
  }, 30_000);

  it('that never come end the connection', async () => {
    expect(await raw(await impatient())).toMatch(/^$|400/);
  });

  it('of a head that comes slowly, too', async () => {
    expect(await raw(await impatient(), 'POST /peer/v1/ages HTTP/1.1\r\nhost')).toMatch(/^$|400/);
  });
});

describe('a connection that is half open', () => {
  it('is told, and its answer arrives', async () => {
    const socket: Socket = connect({ port: node.door.port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined);
    node.ages.set(attendant('a'), 5);
    const body = '{"who":["a"]}';
    socket.end(
      `POST /peer/v1/ages HTTP/1.1\r\nhost: localhost\r\nrollcall-peer: 1\r\nrollcall-to: one@7\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    let heard = '';
    socket.on('data', (piece) => (heard += piece.toString()));
    await once(socket, 'end');
    expect(heard).toContain('{"ageMs":[5]}');
  });
});
