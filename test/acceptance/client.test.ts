/** Our own client and our own commands, as processes and over a registry that is killed again and again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Instance, RegistryClient, type WatchState } from '@rollcall/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository.js';
import { until } from './asking.js';
import { RegistryProcess } from './registry-process.js';

const KILLS = 3;

let registry: RegistryProcess;
let client: RegistryClient;
const children: ChildProcess[] = [];
beforeEach(async () => {
  registry = await RegistryProcess.start();
  client = new RegistryClient({ url: registry.url });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await client.close();
  await registry.close();
});

describe('a watch', () => {
  it('knows at its end what a query answers, however often the registry was killed meanwhile', { timeout: 60_000 }, async () => {
    const known = new Map<string, Instance>();
    const states: WatchState['state'][] = [];
    const events: string[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const event of client.watch({ service: 'a' }, { signal: stop.signal, onState: ({ state }) => states.push(state) })) {
        events.push(event.event);
        if (event.event === 'snapshot') known.clear();
        if (event.event === 'snapshot') for (const one of event.services.flatMap(({ instances }) => instances)) known.set(one.id, one);
        if (event.event !== 'change') continue;
        for (const { id } of event.removes) known.delete(id);
        for (const one of event.upserts) known.set(one.id, one);
      }
    })();
    for (let kill = 0; kill < KILLS; kill++) {
      await client.registerMany(Array.from({ length: 20 }, (_, at) => ({ service: 'a', id: `${kill}-${at}`, ttl: 'none' })));
      await client.deregister(`${kill}-0`);
      await until(() => states.at(-1) === 'connected');
      await registry.kill();
      await registry.start();
    }
    await client.setMode('0-1', { mode: 'out' });
    const { instances } = await client.instances('a');
    await until(() => known.size === instances.length);
    stop.abort();
    await watching;
    expect([...known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(instances);
    // It went on where it was each time; nobody had to begin anew.
    expect(events.filter((event) => event !== 'change')).toEqual(['snapshot']);
    expect(states.filter((state) => state === 'connected')).toHaveLength(KILLS + 1);
  });
});

describe('rollcall register --keep-alive', () => {
  it('outlives a killed registry, and leaves when it is told to', { timeout: 60_000 }, async () => {
    const program = join(repositoryRoot, 'packages/server/bin/rollcall.js');
    const args = ['register', 'web', '--host', '10.0.0.5', '--port', '80', '--ttl', '600ms', '--keep-alive'];
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ROLLCALL_URL: registry.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const ended = once(child, 'close') as Promise<[number | null]>;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until(async () => (await client.instances('web')).instances.length === 1);
    await registry.kill();
    await until(() => said.includes('Trying again until it answers'));
    await registry.start();
    await until(() => said.includes('answers again'));
    await until(async () => (await client.instances('web')).instances.length === 1);
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect(said).toContain('SIGTERM: deregistering');
    expect((await client.instances('web', { health: 'any' })).instances).toEqual([]);
  });
});
