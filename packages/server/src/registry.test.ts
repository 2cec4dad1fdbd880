import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import type { Log } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveOptions, type ServeOptions } from './options/options.js';
import { runRegistry, type Registry } from './registry.js';

let directory: string;
let warnings: string[];
const running: Registry[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
  warnings = [];
});
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.stop();
  await rm(directory, { recursive: true, force: true });
});

const usual = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;

async function start(
  options: Partial<ServeOptions> = {},
): Promise<{ readonly registry: Registry; readonly url: string; readonly clock: SimulatedClock }> {
  const clock = new SimulatedClock();
  const log: Log = { info: () => undefined, warn: (text) => void warnings.push(text), error: (text) => void warnings.push(text) };
  const all: ServeOptions = {
    ...usual,
    data: directory,
    store: 'memory',
    http: 0,
    dns: 'off',
    connectionsMax: 100,
    watchersMax: 10,
    ...options,
  };
  const registry = await runRegistry(all, { clock, random: new SeededRandom(1), log, version: '1.2.3' });
  running.push(registry);
  return { registry, url: `http://${registry.doors['http']}`, clock };
}

async function ask(method: string, url: string, body?: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

const one = { service: 'payments', host: '10.0.0.5', port: 8080 };

describe.each(['memory', 'embedded'] as const)('a registry on the %s store', (store) => {
  it('sees a whole life, and tells who watches', async () => {
    const { registry, url, clock } = await start({ store });
    const stream = await fetch(`${url}/services/payments/instances`, { headers: { accept: 'text/event-stream' } });
    const told = stream.text();

    expect((await ask('POST', `${url}/register`, one)).status).toBe(201);
    expect((await ask('POST', `${url}/register`, one)).status).toBe(200);
    expect((await ask('PUT', `${url}/heartbeat/payments-10.0.0.5-8080`)).status).toBe(204);
    await clock.advance(31_000);
    // The lapse is on its way to a real disk: asked until it shows, however long that takes.
    while (!JSON.stringify((await ask('GET', `${url}/services`)).body).includes('"inRotation":0'));
    expect((await ask('PUT', `${url}/heartbeat/payments-10.0.0.5-8080`)).status).toBe(204);
    expect((await ask('GET', `${url}/services/payments/instances`)).body).toMatchObject({ instances: [{ health: 'passing' }] });
    // What follows at once would be told together with what was before.
    await clock.advance(100);
    expect((await ask('DELETE', `${url}/instances/payments-10.0.0.5-8080`)).status).toBe(204);

    await registry.stop();
    const events = [...(await told).matchAll(/^event: (.*)$/gm)].map(([, event]) => event);
    expect(events).toEqual(['snapshot', 'change', 'change', 'change', 'change']);
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
  });
});

describe('a registry', () => {
  it('finds everything again after a restart', async () => {
    const first = await start({ store: 'embedded' });
    await ask('POST', `${first.url}/register`, { ...one, metadata: { colour: 'blue' } });
    const before = (await ask('GET', `${first.url}/services/payments/instances`)).body;
    await first.registry.stop();
    const second = await start({ store: 'embedded' });
    expect((await ask('GET', `${second.url}/services/payments/instances`)).body).toEqual(before);
  });

  it('tells whoever comes back after a restart what was missed and what happens next, or to begin anew', async () => {
    const first = await start({ store: 'embedded' });
    await ask('POST', `${first.url}/register`, one);
    const { headers } = await fetch(`${first.url}/services/payments/instances`);
    const [epoch] = headers.get('etag')?.slice(1).split('-') ?? [];
    const last = `${epoch}-${headers.get('rollcall-revision')}`;
    await first.registry.stop();

    const second = await start({ store: 'embedded' });
    const watch = (since: string): Promise<Response> =>
      fetch(`${second.url}/services/payments/instances`, { headers: { 'accept': 'text/event-stream', 'last-event-id': since } });
    const [upToDate, late, stranger] = [await watch(last), await watch(`${epoch}-1`), await watch('other-1')];
    await ask('POST', `${second.url}/register`, { ...one, port: 8081 });
    await second.registry.stop();
    const eventsOf = async (response: Response): Promise<readonly unknown[]> =>
      [...(await response.text()).matchAll(/^event: (.*)$/gm)].map(([, event]) => event);
    expect(await eventsOf(upToDate)).toEqual(['change']);
    expect(await eventsOf(late)).toEqual(['change', 'change']);
    expect(await eventsOf(stranger)).toEqual(['resync', 'snapshot', 'change']);
  });

  it('names the port that is taken, and the flag, and lets go of its store', async () => {
    const { registry } = await start();
    const port = Number(registry.doors['http']?.split(':').at(-1));
    await expect(start({ store: 'embedded', http: port })).rejects.toThrow(
      `HTTP port ${port} on 127.0.0.1 is taken. Choose another one with --http PORT or ROLLCALL_HTTP`,
    );
    await start({ store: 'embedded' });
  });

  it('says loudly when others can reach it', async () => {
    await start();
    expect(warnings).toEqual([]);
    await start({ bind: '0.0.0.0', insecure: true });
    expect(warnings).toEqual([expect.stringContaining('NO ACCESS CONTROL')]);
  });
});
