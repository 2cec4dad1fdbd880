/** A live view over real registries, which are killed, suspended, emptied, cut off and put behind a proxy that gathers. */
import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { connect as connectSocket, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect, type LiveService, type Registry, type RegistryClient } from '@rollcall/client';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from './asking.js';
import { RegistryProcess } from './registry-process.js';

const clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).toReversed()) await step();
});

async function registryProcess(...args: readonly string[]): Promise<RegistryProcess> {
  const registry = await RegistryProcess.start({ args });
  clean.push(() => registry.close());
  return registry;
}

function client(url: string): Registry {
  const one = connect({ url });
  clean.push(() => one.close());
  return one;
}

const ids = ({ current }: LiveService): readonly string[] => current.map(({ id }) => id);

async function register(api: RegistryClient, ...names: readonly string[]): Promise<void> {
  await api.registerMany(names.map((id) => ({ service: 'payments', id, host: '127.0.0.1', port: 1000 + Number(id) })));
}

/** The fewest that were ever shown from now on. */
function fewest(live: LiveService): () => number {
  let least = live.current.length;
  live.onChange((current) => (least = Math.min(least, current.length)));
  return () => least;
}

describe('a live view', () => {
  it('goes on where it was when its registry was killed', { timeout: 60_000 }, async () => {
    const registry = await registryProcess();
    const { api, service } = hands(client(registry.url));
    await register(api, '1', '2', '3');
    const live = service('payments');
    await live.ready();
    const least = fewest(live);
    for (let kill = 0; kill < 3; kill++) {
      await registry.kill();
      await until(() => live.state.state === 'away');
      await registry.start();
      await register(api, String(10 + kill));
      await until(() => ids(live).includes(String(10 + kill)));
    }
    expect([ids(live), least(), live.doubted, live.state.state]).toEqual([['1', '10', '11', '12', '2', '3'], 3, 0, 'live']);
  });

  it('shows nobody less when a registry comes back empty and is filled again', { timeout: 60_000 }, async () => {
    const registry = await registryProcess('--store', 'memory');
    const { api, service } = hands(client(registry.url));
    await register(api, '1', '2', '3', '4');
    const live = service('payments');
    await live.ready();
    const least = fewest(live);
    await registry.kill();
    await registry.start();
    await until(() => live.doubted === 4);
    expect(ids(live)).toEqual(['1', '2', '3', '4']);
    await register(api, '1', '2', '5');
    await until(() => live.doubted === 2);
    expect([ids(live), least()]).toEqual([['1', '2', '3', '4', '5'], 4]);
    await api.deregister('2');
    await until(() => !ids(live).includes('2'));
  });

  it('outlives a registry that is suspended', { timeout: 60_000 }, async () => {
    const registry = await registryProcess();
    const { api, service } = hands(client(registry.url));
    await register(api, '1', '2');
    const live = service('payments');
    await live.ready();
    registry.signal('SIGSTOP');
    const late = service('payments', { zone: 'nowhere', fallback: ['10.0.0.1:80'] });
    await late.ready();
    expect([ids(live), late.source]).toEqual([['1', '2'], 'fallback']);
    registry.signal('SIGCONT');
    await api.deregister('1');
    await until(() => ids(live).length === 1);
    await until(() => late.source === 'registry');
    expect([ids(live), ids(late)]).toEqual([['2'], []]);
  });

  it('goes over to another registry of those that it was given', { timeout: 60_000 }, async () => {
    const [a, b] = [await registryProcess('--store', 'memory'), await registryProcess('--store', 'memory')];
    for (const { url } of [a, b]) await register(client(url).api, '1', '2');
    await register(client(b.url).api, '3');
    const both = connect({ urls: [a.url, b.url], inOrder: true });
    clean.push(() => both.close());
    const live = both.service('payments');
    await live.ready();
    const least = fewest(live);
    expect(ids(live)).toEqual(['1', '2']);
    await a.kill();
    await until(() => live.current.length === 3 && live.state.state === 'live');
    expect([least(), live.doubted]).toEqual([2, 0]);
  });

  it('misses nothing over a network that breaks', { timeout: 60_000 }, async () => {
    const registry = await registryProcess();
    const direct = client(registry.url).api;
    const { url, cut } = await cuttable(registry.port);
    const live = client(url).service('payments');
    await register(direct, '0');
    await live.ready();
    for (let at = 1; at < 60; at++) {
      await register(direct, String(at));
      if (at % 3 === 0) await direct.deregister(String(at - 1));
      if (at % 10 === 0) cut();
    }
    const { instances } = await direct.instances('payments');
    await until(() => live.current.length === instances.length && live.state.state === 'live');
    expect(live.current).toEqual(instances.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  });

  it('asks again and again behind a proxy that keeps streams to itself', { timeout: 90_000 }, async () => {
    const registry = await registryProcess();
    const direct = client(registry.url).api;
    await register(direct, '1');
    const live = client(await gathering(registry.port)).service('payments');
    await until(() => live.known);
    expect(ids(live)).toEqual(['1']);
    await register(direct, '2');
    // By a long poll, and not only when the next turn comes.
    const beganMs = performance.now();
    await until(() => ids(live).length === 2);
    expect(performance.now() - beganMs).toBeLessThan(5000);
  });

  it('is told of a thousand services by a few connections', { timeout: 60_000 }, async () => {
    const registry = await registryProcess();
    const { api, service } = hands(client(registry.url));
    const views = Array.from({ length: 1000 }, (_, at) => service(`service-${at}`));
    await Promise.all(views.map((view) => view.ready()));
    expect((await api.status()).watchers).toBe(10);
    await api.register({ service: 'service-567', id: 'x', host: '127.0.0.1', port: 1 });
    await until(() => views[567]?.current.length === 1);
    await registry.kill();
    await until(() => views.every(({ state }) => state.state === 'away'));
    await registry.start();
    await until(() => views.every(({ state }) => state.state === 'live'));
    expect(views[567]?.current).toHaveLength(1);
  });
});

function hands(registry: Registry): { readonly api: RegistryClient; readonly service: Registry['service'] } {
  return { api: registry.api, service: (name, wish) => registry.service(name, wish) };
}

/** A way to a port that can be cut: every connection on it, at once. */
async function cuttable(port: number): Promise<{ readonly url: string; readonly cut: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectSocket(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => sockets.delete(one));
      one.pipe(other);
    }
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return { url: await listening(server, cut), cut };
}

/** A proxy that hands an answer on when it is complete, and never a part of it. */
async function gathering(port: number): Promise<string> {
  const server = createHttpServer((asked, answer) => {
    const { method, url: path, headers } = asked;
    const ahead = httpRequest({ port, host: '127.0.0.1', method, path, headers }, (came) => {
      const pieces: Buffer[] = [];
      came.on('data', (piece: Buffer) => pieces.push(piece));
      came.on('end', () => answer.writeHead(came.statusCode ?? 502, came.headers).end(Buffer.concat(pieces)));
    });
    ahead.on('error', () => answer.destroy());
    answer.on('close', () => ahead.destroy());
    asked.pipe(ahead);
  });
  return listening(server, () => server.closeAllConnections());
}

async function listening(server: Server, cut: () => void): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  clean.push(async () => {
    cut();
    await once(server.close(), 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
