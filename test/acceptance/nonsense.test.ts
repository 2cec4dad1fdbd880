/** Whatever is sent, the answer is an answer: 4xx, a problem document, a code of the catalogue; and the registry lives. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { PROBLEM_MEDIA_TYPE, problemStatuses } from '@rollcall/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './asking.js';
import { nonsense, type Nonsense } from './nonsense.js';
import { RegistryProcess } from './registry-process.js';

const AT_ONCE = 16;
/** Nothing that is asked here should wait for anything, but for a revision that does not come. */
const PATIENCE_MS = 15_000;

let registry: RegistryProcess;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
beforeAll(async () => {
  registry = await RegistryProcess.start();
});
afterAll(() => {
  agent.destroy();
  return registry?.close();
});

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

describe('nonsense', () => {
  it('in every field of every route is refused in words, and harms nobody', { timeout: 120_000 }, async () => {
    const left = [...nonsense()];
    expect(left.length).toBeGreaterThan(3000);
    const complaints: string[] = [];
    const client = async (): Promise<void> => {
      for (let one = left.pop(); one !== undefined; one = left.pop()) complaints.push(...objectionsTo(one, await sent(one)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    expect(complaints).toEqual([]);
    expect(registry.isAlive).toBe(true);
    expect(registry.complaints).not.toContain('a request failed');
    expect((await ask(registry.url, 'GET', '/readyz')).status).toBe(200);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['another version', 'GET / HTTP/9.9\r\nhost: localhost\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001'],
    ['a space in the path', 'GET /a b HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['no host', 'GET /services HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['a strange host', 'GET /services HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n'],
    ['a head without an end', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(40_000)}`],
    ['two lengths', 'POST /register HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}'],
    ['a negative length', 'POST /register HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n{}'],
    ['a chunk of no size', 'POST /register HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n'],
  ])('that is %s gets an answer too', async (_what, text) => {
    expect(objectionsTo({ ...raw, what: text }, await said(text))).toEqual([]);
    expect(registry.isAlive).toBe(true);
  });
});

const raw: Nonsense = { what: '', method: 'GET', path: '/', headers: {}, body: null, mustBeRefused: true };

function objectionsTo({ what, mustBeRefused }: Nonsense, { status, type, body }: Answered): readonly string[] {
  const told = `${what}: ${status} ${body.slice(0, 200)}`;
  if (status >= 500) return [told];
  if (/"status":5\d\d/.test(body)) return [told];
  if (status < 400) return mustBeRefused ? [`${told} (not refused)`] : [];
  if (type !== PROBLEM_MEDIA_TYPE) return [`${told} (as ${type})`];
  const problem = JSON.parse(body) as { readonly type: string; readonly status: number };
  const code = problem.type.split(':').at(-1) ?? '';
  return (problemStatuses as Readonly<Record<string, number>>)[code] === status && problem.status === status ? [] : [told];
}

/** A stream is left as soon as it has begun. */
function sent({ what, method, path, headers, body }: Nonsense): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new Error(`${what}: ${error.message}`, { cause: error }));
    const asked = request(`${registry.url}/`, { agent, method, path, headers: { ...headers }, timeout: PATIENCE_MS }, (response) => {
      const { statusCode: status = 0, headers } = response;
      const type = headers['content-type'] ?? '';
      let text = '';
      const answered = (): void => resolve({ status, type, body: text });
      if (type === 'text/event-stream' || type === 'application/octet-stream') {
        answered();
        return void response.destroy();
      }
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', answered).on('error', failed);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', failed);
    asked.end(body === null ? undefined : Buffer.from(body, 'latin1'));
  });
}

/** What comes back on a connection of its own, until the registry closes it. */
function said(text: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const socket = connect(registry.port, '127.0.0.1', () => socket.write(Buffer.from(text, 'latin1')));
    let heard = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = heard.split('\r\n\r\n');
      const type = /^content-type: (.*)$/im.exec(head)?.[1]?.trim() ?? '';
      resolve({ status: Number(head.split(' ')[1]), type, body });
    });
  });
}
