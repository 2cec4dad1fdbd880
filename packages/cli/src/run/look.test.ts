import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { systemClock } from '@rollcall/client';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckTarget } from './check-target.js';
import { freePort } from './free-port.js';
import { isReachable, lookAt } from './look.js';
import type { Verdict } from './state.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** 192.0.2.1 is nobody's: it is kept for documents. */
function look(port: number, target: CheckTarget | null, timeoutMs = 5000, hosts = ['192.0.2.1', '127.0.0.1', '::1']): Promise<Verdict> {
  return lookAt({ target, hosts, port, timeoutMs }, systemClock);
}

const health: CheckTarget = { type: 'path', path: '/health?deep=1' };

describe('a look at an HTTP server', () => {
  it.each([
    [200, 'passing'],
    [204, 'passing'],
    [429, 'warning'],
    [302, 'critical'],
    [404, 'critical'],
    [503, 'critical'],
  ])('that answers %i is %s', async (status, health_) => {
    const port = await serve(({ url }, response) => response.writeHead(url === '/health?deep=1' ? status : 500).end('no \n room'));
    const verdict = await look(port, health);
    expect(verdict.health).toBe(health_);
    expect(verdict.output).toBe(health_ === 'passing' ? '' : `http://127.0.0.1:${port}/health?deep=1 answered ${status}: no room`);
  });

  it('that never stops talking is over soon', async () => {
    const port = await serve((_, response) => response.writeHead(200).write('and then'));
    expect((await look(port, health)).health).toBe('passing');
  });

  it.each(['x', '🙂', ' \n🙂'])('that complains at length, in %j, is cut short between two characters', async (word) => {
    const port = await serve((_, response) => response.writeHead(500).end(word.repeat(100_000)));
    expect((await look(port, health)).output).toMatch(/^[^\p{Cs}]{50,300}$/u);
  });

  it('that never answers is critical', async () => {
    const port = await serve(() => undefined);
    expect(await look(port, health, 100)).toEqual({ health: 'critical', output: 'no answer within 100 ms' });
  });

  it('by a URL of its own', async () => {
    const port = await serve((_, response) => response.end());
    expect((await look(1, { type: 'url', url: `http://127.0.0.1:${port}/` })).health).toBe('passing');
  });
});

describe('a look at a port', () => {
  it('is passing where somebody takes connections, at whichever address', async () => {
    const port = await serve(() => undefined);
    expect((await look(port, null)).health).toBe('passing');
    expect((await look(1, { type: 'tcp', port })).health).toBe('passing');
    expect(await isReachable('127.0.0.1', port, 1000, systemClock)).toBe(true);
  });

  it('is critical where nobody does', async () => {
    const port = await freePort();
    expect(await look(port, null, 5000, ['127.0.0.1', '::1'])).toEqual({ health: 'critical', output: 'nobody listens there' });
  });

  it('is critical where what answers is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => undefined).end('hello\r\n')).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    expect((await look((server.address() as AddressInfo).port, health)).health).toBe('critical');
  });
});
