import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatedClock } from '@rollcall/conformance';
import { afterEach, describe, expect, it } from 'vitest';
import { connect, type Move, type Registry } from './index.js';

const servers: Server[] = [];
const registries: Registry[] = [];
afterEach(async () => {
  await Promise.all(registries.splice(0).map((registry) => registry.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A node that answers every call so; counts them by path. */
async function node(name: string, listener: RequestListener = ready): Promise<{ url: string; server: Server; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json');
    listener(request, response);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`, server, asked };
}

const ready: RequestListener = (_request, response) => void response.end('{"services":[],"status":"ready"}');
const silent: RequestListener = () => undefined;

function refusing(code: string, status = 503): RequestListener {
  const problem = { type: `urn:rollcall:error:${code}`, title: 't', status, detail: 'd', advice: 'a', retryable: true };
  return (_request, response) => void response.writeHead(status).end(JSON.stringify(problem));
}

function made(urls: readonly string[], clock = new SimulatedClock()): { registry: Registry; moves: Move[]; clock: SimulatedClock } {
  const registry = connect({ urls, inOrder: true, clock });
  registries.push(registry);
  const moves: Move[] = [];
  registry.on('moved', (move) => moves.push(move));
  return { registry, moves, clock };
}

describe('a registry of several nodes', () => {
  it('is asked at the next one, with its own path, when nobody is at the first; and stays there', async () => {
    const [a, b] = [await node('a'), await node('b')];
    a.server.close();
    const { registry, moves } = made([a.url, b.url]);
    await registry.api.services();
    await registry.api.services();
    expect(b.asked).toEqual(['GET /b/services', 'GET /b/services']);
    expect(moves).toMatchObject([{ from: a.url, to: b.url, because: { reason: 'refused' } }]);
    expect(registry.api.url).toBe(b.url);
  });

  it('is asked elsewhere when a node says that it cannot, and not when it says no', async () => {
    const [a, b] = [await node('a', refusing('store-unavailable')), await node('b')];
    const { registry } = made([a.url, b.url]);
    await registry.api.deregister('x');
    expect(b.asked).toEqual(['DELETE /b/instances/x']);
    const c = await node('c', refusing('not-found', 404));
    const other = made([c.url, b.url]).registry;
    await expect(other.api.heartbeat('x')).rejects.toMatchObject({ code: 'not-found' });
    expect(b.asked).toHaveLength(1);
  });

  it('is asked elsewhere when a node keeps silent, within the time of one call', async () => {
    const clock = new SimulatedClock();
    const a = await node('a', () => void clock.advance(2_500));
    const b = await node('b');
    const { registry, moves } = made([a.url, b.url], clock);
    await registry.api.heartbeat('x');
    expect(b.asked).toEqual(['PUT /b/heartbeat/x']);
    expect(moves).toMatchObject([{ because: { reason: 'timeout' } }]);
    expect(clock.monotonicMs()).toBe(2_500);
  });

  it('is not told twice what may not happen twice; but the next call goes elsewhere', async () => {
    const clock = new SimulatedClock();
    const a = await node('a', () => void clock.advance(5_000));
    const b = await node('b');
    const { registry } = made([a.url, b.url], clock);
    await expect(registry.api.deregister('x')).rejects.toMatchObject({ reason: 'timeout' });
    expect(b.asked).toEqual([]);
    await registry.api.deregister('x');
    expect(b.asked).toEqual(['DELETE /b/instances/x']);
  });

  it('is asked at home again once home says that it is ready', async () => {
    let inTrouble = true;
    const a = await node('a', (request, response) => (inTrouble ? refusing('not-ready') : ready)(request, response));
    const b = await node('b');
    const { registry, clock, moves } = made([a.url, b.url]);
    await registry.api.services();
    await clock.advance(15_000);
    await registry.api.services();
    await expect.poll(() => a.asked).toContain('GET /a/readyz');
    inTrouble = false;
    await clock.advance(30_000);
    await expect
      .poll(async () => {
        await registry.api.services();
        return registry.api.url;
      })
      .toBe(a.url);
    await registry.api.services();
    expect(a.asked.at(-1)).toBe('GET /a/services');
    expect(moves.at(-1)).toMatchObject({ from: b.url, to: a.url, because: null });
  });

  it('is watched elsewhere when a node is gone, and hears when the watcher has enough', async () => {
    const streaming: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: snapshot\nid: e-1\ndata: {"revision":1,"services":[]}\n\n');
    };
    const [a, b] = [await node('a'), await node('b', streaming)];
    a.server.close();
    const { registry } = made([a.url, b.url]);
    const enough = new AbortController();
    const events: string[] = [];
    for await (const { event } of registry.api.watch({}, { signal: enough.signal })) {
      events.push(event);
      setImmediate(() => enough.abort());
    }
    expect(events).toEqual(['snapshot']);
  });

  it('of which nobody answers says what the last one did', async () => {
    const [a, b] = [await node('a', refusing('not-ready')), await node('b', silent)];
    b.server.close();
    const { registry } = made([a.url, b.url]);
    await expect(registry.api.services()).rejects.toMatchObject({ reason: 'refused', url: b.url });
  });
});
