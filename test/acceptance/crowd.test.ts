/** Connections that do nothing, and requests that never end: everybody else is served, and memory stays where it was. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, until } from './asking.js';
import { RegistryProcess } from './registry-process.js';

const IDLE = 2000;
const SLOW = 200;
/** Half a megabyte sent, of a body that is never whole. */
const SENT_BYTES = 512 * 1024;
const ROUND_TRIPS = 50;
/** Far above what it takes on a busy machine; a queue behind the others would take the ten seconds that these are given. */
const PROMPT_MS = 5000;
/** An idle connection costs some kilobytes, a slow body what it has sent; so this is both with room for garbage. */
const GROWTH_BYTES_MAX = 400 * 1024 * 1024;

let registry: RegistryProcess;
const sockets: Socket[] = [];
beforeAll(async () => {
  registry = await RegistryProcess.start();
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  return registry?.close();
});

describe('a crowd that asks nothing', () => {
  it('and another one that never ends its requests are in nobody’s way', { timeout: 60_000 }, async () => {
    const { url } = registry;
    await ask(url, 'POST', '/register', { service: 'payments', id: 'a', host: '10.0.0.5', port: 8080, ttl: 'none' });
    const before = await measured(MEMORY);
    await opened(IDLE, '');
    const heads = await opened(SLOW, 'GET /services HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
    const body = `POST /register HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`;
    await opened(SLOW, body + ' '.repeat(SENT_BYTES));

    let slowestMs = 0;
    for (let at = 0; at < ROUND_TRIPS; at++) {
      const sentMs = performance.now();
      expect((await ask(url, 'GET', '/services/payments/instances')).status).toBe(200);
      slowestMs = Math.max(slowestMs, performance.now() - sentMs);
    }
    expect(slowestMs).toBeLessThan(PROMPT_MS);
    expect((await measured(MEMORY)) - before).toBeLessThan(GROWTH_BYTES_MAX);

    // The head had ten seconds.
    const answers = await until(() => heads.every(({ socket }) => socket.closed) && heads.map(({ heard }) => heard()));
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*urn:rollcall:error:request-timeout/);
    // Those who never said a word are no longer there either; a body has half a minute.
    await until(async () => (await measured('rollcall_http_connections')) < IDLE);
    expect((await ask(url, 'GET', '/readyz')).status).toBe(200);
  });
});

interface Opened {
  readonly socket: Socket;
  heard(): string;
}

async function opened(count: number, sent: string): Promise<readonly Opened[]> {
  const all = Array.from({ length: count }, (): Opened => {
    const socket = connect(registry.port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
    socket.on('error', () => undefined);
    sockets.push(socket);
    return { socket, heard: () => heard };
  });
  await Promise.all(all.map(({ socket }) => once(socket, 'connect')));
  if (sent !== '') for (const { socket } of all) socket.write(sent);
  return all;
}

const MEMORY = 'process_resident_memory_bytes';

async function measured(name: string): Promise<number> {
  const metrics = await (await fetch(`${registry.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
}
