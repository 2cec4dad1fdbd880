/** Those who watch as a Prometheus does, a blocking query for each service: over kills and stops, by the thousand, and whoever leaves. */
import { afterEach, describe, expect, it } from 'vitest';
import { ask, pause, until } from './asking.js';
import { RegistryProcess } from './registry-process.js';

const PATHS = [
  '/health/service/web',
  '/health/service/gone',
  '/health/service/never',
  '/catalog/services',
  '/catalog/nodes',
  '/health/state/any',
];
const SERVICES = 300;

let registry: RegistryProcess;
afterEach(() => registry?.close());

interface Seen {
  readonly index: number;
  readonly ids: readonly string[];
}

async function get(path: string, wait = ''): Promise<Seen> {
  const answer = await fetch(`${registry.url}/v1${path}${wait}`);
  const ids = [...(await answer.text()).matchAll(/"Service":\{"ID":"(\w+)"/g)].map(([, id = '']) => id);
  return { index: Number(answer.headers.get('x-consul-index')), ids };
}

function register(service: string, id: string): Promise<unknown> {
  return ask(registry.url, 'PUT', '/v1/agent/service/register', { Name: service, ID: id, Port: 80 });
}

async function waiting(): Promise<number> {
  const text = await (await fetch(`${registry.url}/metrics`)).text();
  return Number(/^rollcall_consul_blocking_queries (\d+)$/m.exec(text)?.[1] ?? NaN);
}

describe('an index', () => {
  it.each([['embedded'], ['memory']])('is never smaller than it was, also after a kill: %s', { timeout: 60_000 }, async (store) => {
    registry = await RegistryProcess.start({ args: ['--store', store, '--dns', 'off'] });
    for (const id of ['a', 'b', 'c']) await register('web', id);
    await register('gone', 'x');
    await ask(registry.url, 'PUT', '/v1/agent/service/deregister/c');
    await ask(registry.url, 'PUT', '/v1/agent/service/deregister/x');
    const before = await Promise.all(PATHS.map((path) => get(path)));
    await registry.kill();
    await registry.start();
    const after = await Promise.all(PATHS.map((path) => get(path)));
    after.forEach(({ index }, at) => expect(index, PATHS[at]).toBeGreaterThanOrEqual(before[at]?.index ?? NaN));
    expect(after[0]?.ids).toEqual(store === 'memory' ? [] : ['a', 'b']);
  });
});

describe('a watcher of one service among many', () => {
  it('hears of its own, and leaves nothing behind', { timeout: 60_000 }, async () => {
    registry = await RegistryProcess.start({ args: ['--dns', 'off'] });
    const heard: string[] = [];
    const leaving = new AbortController();
    const watch = async (service: string): Promise<void> => {
      let { index } = await get(`/health/service/${service}`);
      while (!leaving.signal.aborted) {
        const url = `${registry.url}/v1/health/service/${service}?index=${index}&wait=60s`;
        const answer = await fetch(url, { signal: leaving.signal }).catch(() => null);
        if (answer === null) return;
        index = Number(answer.headers.get('x-consul-index'));
        heard.push(service);
        await answer.text();
      }
    };
    const watches = Array.from({ length: SERVICES }, (_, at) => watch(`service-${at}`));
    await until(async () => (await waiting()) === SERVICES);
    await register('service-7', 'one');
    await until(() => heard.length > 0);
    await pause(200);
    expect(heard).toEqual(['service-7']);
    leaving.abort();
    await Promise.all(watches);
    await until(async () => (await waiting()) === 0);
  });

  it('is answered when the registry stops, and not cut off', { timeout: 60_000 }, async () => {
    registry = await RegistryProcess.start({ args: ['--dns', 'off'] });
    await register('web', 'a');
    const { index } = await get('/health/service/web');
    const last = get('/health/service/web', `?index=${index}&wait=60s`);
    await until(async () => (await waiting()) === 1);
    registry.signal('SIGTERM');
    expect(await last).toEqual({ index, ids: ['a'] });
  });
});
