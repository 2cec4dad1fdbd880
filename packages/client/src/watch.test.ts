import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { afterEach, describe, expect, it } from 'vitest';
import { embeddedRegistry } from '../../../test/support/embedded-registry.js';
import { RegistryClient, type WatchEvent, type WatchOptions, type WatchState } from './index.js';

const clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).toReversed()) await step();
});

function clientOf(url: string, clock?: SimulatedClock): RegistryClient {
  const client = new RegistryClient({ url, random: new SeededRandom(7), ...(clock === undefined ? {} : { clock }) });
  clean.push(() => client.close());
  return client;
}

describe('watching a registry', () => {
  async function registry(): Promise<RegistryClient> {
    const running = await embeddedRegistry();
    clean.push(() => running.close());
    return clientOf(running.url);
  }

  it('tells a snapshot, then every change', async () => {
    const client = await registry();
    await client.register({ service: 'payments', id: 'one' });
    const events = client.watch({ service: 'payments', health: 'any' });
    const told = async (): Promise<WatchEvent | undefined> => (await events.next()).value ?? undefined;
    expect(await told()).toMatchObject({ event: 'snapshot', services: [{ service: 'payments', instances: [{ id: 'one' }] }] });
    await client.register({ service: 'payments', id: 'two' });
    expect(await told()).toMatchObject({ event: 'change', upserts: [{ id: 'two' }], removes: [] });
    await client.deregister('one');
    expect(await told()).toMatchObject({ event: 'change', upserts: [], removes: [{ id: 'one' }] });
    await events.return();
    await expect.poll(async () => (await client.status()).watchers).toBe(0);
  });

  it.each([
    [{ services: ['a', 'b'] }, ['a', 'b']],
    [{ prefix: 'b' }, ['b', 'bb']],
    [{}, ['a', 'b', 'bb', 'c']],
    [{ prefix: 'b', tags: ['blue'] }, ['b', 'bb']],
  ])('of %j at once', async (question, services) => {
    const client = await registry();
    await client.registerMany(['a', 'b', 'bb', 'c'].map((service) => ({ service, id: service })));
    const { value } = await client.watch(question).next();
    expect(value?.event === 'snapshot' && value.services.map(({ service }) => service)).toEqual(services);
  });

  it('puts a large snapshot together', async () => {
    const client = await registry();
    for (let many = 0; many < 3; many++) {
      const some = Array.from({ length: 500 }, (_, at) => ({
        service: `s-${many}-${at}`,
        id: 'x',
        metadata: { filling: 'x'.repeat(200) },
      }));
      await client.registerMany(some, { timeoutMs: 20_000 });
    }
    const { value } = await client.watch({}).next();
    expect(value?.event === 'snapshot' && value.services.length).toBe(1500);
  });

  it('outlives a restart, and says so', async () => {
    const before = await embeddedRegistry();
    await clientOf(before.url).register({ service: 'a', id: 'x' });
    const states: string[] = [];
    const events = clientOf(before.url).watch({ prefix: 'a' }, { onState: ({ state }) => states.push(state) });
    expect((await events.next()).value).toMatchObject({ event: 'snapshot', services: [{ service: 'a' }] });
    const next = events.next();
    await before.close();
    const after = await embeddedRegistry({ http: Number(new URL(before.url).port) });
    clean.push(() => after.close());
    // It was in memory only, so its log is another one.
    expect((await next).value).toMatchObject({ event: 'resync' });
    expect((await events.next()).value).toMatchObject({ event: 'snapshot', services: [] });
    expect([states[0], states[1], states.at(-1)]).toEqual(['connected', 'waiting', 'connected']);
  });

  it('throws what does not get better by waiting', async () => {
    const client = await registry();
    await expect(client.watch({ service: 'no such name!' }).next()).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

type Turn = (request: IncomingMessage, response: ServerResponse) => void;

/** A registry that says what it is told to, one turn for each connection. */
async function scripted(...turns: Turn[]): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(String(request.headers['last-event-id'] ?? ''));
    const turn = turns[Math.min(asked.length, turns.length) - 1];
    turn?.(request, response);
  }).listen(0, '127.0.0.1');
  clean.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const saying =
  (text: string, then: 'end' | 'cut' | 'stay' = 'end'): Turn =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'cut') response.destroy();
    });
  };

const snapshot = (id: string): string => `event: snapshot\nid: ${id}\ndata: {"service":"a","revision":1,"instances":[]}\n\n`;
const change = (id: string): string => `event: change\nid: ${id}\ndata: {"revision":2,"upserts":[],"removes":[]}\n\n`;
const refusal =
  (code: string, status: number, retryable: boolean): Turn =>
  (_request, response) => {
    const body = { type: `urn:rollcall:error:${code}`, title: 't', status, detail: 'd', advice: 'a', retryable };
    response.writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': '2' }).end(JSON.stringify(body));
  };
const refusing = refusal('not-ready', 503, true);

describe('a watch that loses its connection', () => {
  /** Watches until so many events were told; time passes by itself while it waits. */
  async function watched(url: string, events: number, options: WatchOptions = {}): Promise<{ told: WatchEvent[]; states: WatchState[] }> {
    const clock = new SimulatedClock();
    const told: WatchEvent[] = [];
    const states: WatchState[] = [];
    const onState = (state: WatchState): void => {
      states.push(state);
      if (state.state === 'waiting') queueMicrotask(() => void clock.advance(state.retryInMs));
    };
    for await (const event of clientOf(url, clock).watch({ service: 'a' }, { onState, ...options })) {
      told.push(event);
      if (told.length === events) break;
    }
    return { told, states };
  }

  it.each(['end', 'cut'] as const)('goes on where it stopped: %s', async (how) => {
    const { url, asked } = await scripted(saying(snapshot('e-1') + ': pulse\nid: e-4\n\n', how), saying(change('e-5'), 'stay'));
    const { told, states } = await watched(url, 2);
    expect(told.map(({ event }) => event)).toEqual(['snapshot', 'change']);
    expect(asked).toEqual(['', 'e-4']);
    expect(states).toMatchObject([
      { state: 'connected' },
      { state: 'waiting', lost: true, because: { reason: 'broken' } },
      { state: 'connected' },
    ]);
  });

  it('does not count what came only in part', async () => {
    const part = 'event: snapshot\ndata: {"revision":1,"services":[{"service":"a","revision":1,"instances":[]}],"more":true}\n\n';
    const whole = 'event: snapshot\nid: e-2\ndata: {"revision":2,"services":[]}\n\n';
    const { url, asked } = await scripted(saying(part + change('e-9').slice(0, -1), 'cut'), saying(whole, 'stay'));
    const { told } = await watched(url, 1);
    expect(told).toEqual([{ event: 'snapshot', cursor: 'e-2', revision: 2, services: [] }]);
    expect(asked).toEqual(['', '']);
  });

  it('waits as long as it is told, and longer each time', async () => {
    const { url } = await scripted(saying('retry: 4000\n\n'), refusing, refusing, refusing, saying(snapshot('e-1'), 'stay'));
    const { states } = await watched(url, 1);
    const waits = states.flatMap((state) => (state.state === 'waiting' ? [state.retryInMs] : []));
    expect(waits.map((waitMs, at) => waitMs >= 2000 * 2 ** at && waitMs <= 4000 * 2 ** at)).toEqual([true, true, true, true]);
  });

  it('notices a connection that is dead', async () => {
    const { url } = await scripted(saying(snapshot('e-1'), 'stay'), saying(change('e-2'), 'stay'));
    const clock = new SimulatedClock();
    const states: WatchState[] = [];
    const events = clientOf(url, clock).watch({ service: 'a' }, { silenceMsMax: 9000, onState: (state) => states.push(state) });
    await events.next();
    // However long one takes over an event.
    await clock.advance(20_000);
    const next = events.next();
    await clock.advance(8999);
    expect(states).toHaveLength(1);
    await clock.advance(1);
    await expect.poll(() => states).toMatchObject([{}, { state: 'waiting', because: { reason: 'silent' } }]);
    // No longer than it waits: the next connection comes about in real time, and has a timeout by this clock.
    const lost = states.at(-1);
    await clock.advance(lost?.state === 'waiting' ? lost.retryInMs : 0);
    expect((await next).value).toMatchObject({ event: 'change', cursor: 'e-2' });
  });

  it('does not wait long for the first word, which a registry says at once', async () => {
    const mute: Turn = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
    };
    const { url } = await scripted(mute);
    const clock = new SimulatedClock();
    const states: WatchState[] = [];
    const stop = new AbortController();
    const onState = (state: WatchState): void => void states.push(state);
    const next = clientOf(url, clock).watch({ service: 'a' }, { onState, firstWordMsMax: 3000, signal: stop.signal }).next();
    await expect.poll(() => states).toEqual([{ state: 'connected' }]);
    await clock.advance(3000);
    await expect.poll(() => states).toMatchObject([{}, { state: 'waiting', because: { reason: 'silent' } }]);
    stop.abort();
    await next;
  });

  it('tells how old the answers are, and every sign of life', async () => {
    const stale = (ageSeconds: number): string => `event: stale\ndata: {"stale":${ageSeconds > 0},"ageSeconds":${ageSeconds}}\n\n`;
    const { url } = await scripted(saying(stale(12) + snapshot('e-1') + stale(0) + ': pulse\nid: e-4\n\n' + change('e-5'), 'stay'));
    const ages: number[] = [];
    let heard = 0;
    const { told } = await watched(url, 2, { onStale: (age) => ages.push(age), onHeard: () => heard++ });
    expect([told.length, ages, heard > 0]).toEqual([2, [12, 0], true]);
  });

  it('ends with the signal, whatever it is doing', async () => {
    const stop = new AbortController();
    const { url } = await scripted(saying(snapshot('e-1'), 'stay'));
    const events = clientOf(url).watch({ service: 'a' }, { signal: stop.signal });
    await events.next();
    const next = events.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    const late = new AbortController();
    const waiting = clientOf('http://127.0.0.1:1').watch({}, { signal: late.signal, onState: () => late.abort() });
    expect(await waiting.next()).toEqual({ done: true, value: undefined });
    expect(await clientOf(url).watch({}, { signal: AbortSignal.abort() }).next()).toEqual({ done: true, value: undefined });
  });

  it('outlives a fault of the registry, but not a refusal', async () => {
    const fault = refusal('internal', 500, false);
    const { url } = await scripted(fault, saying(snapshot('e-1')), fault, saying(change('e-2')), refusal('forbidden', 403, false));
    await expect(watched(url, 1)).rejects.toMatchObject({ code: 'internal' });
    await expect(watched(url, 3)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('never waits for somebody else', async () => {
    const page: Turn = (_request, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>');
    const { url } = await scripted(page, saying(snapshot('e-1'), 'end'), page, saying(change('e-2'), 'stay'));
    await expect(watched(url, 1)).rejects.toMatchObject({ reason: 'not-a-registry' });
    // Unless it was a registry before: then it is a proxy's word, while that restarts.
    expect((await watched(url, 2)).told).toHaveLength(2);
  });
});
