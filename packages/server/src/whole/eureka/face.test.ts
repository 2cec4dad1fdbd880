/** The Eureka face of a whole registry: leases, the guard, overrides that outlive, namespaces, credentials, its own door. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import type { Log } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveOptions, type ServeOptions } from '../../options/options.js';
import { runRegistry, type Registry } from '../../registry.js';

const running: Registry[] = [];
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-eureka-'));
});
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.stop();
  await rm(directory, { recursive: true, force: true });
});

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const usual = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;

class Eureka {
  readonly clock = new SimulatedClock();
  registry: Registry | null = null;

  async start(options: Partial<ServeOptions> = {}): Promise<this> {
    const all: ServeOptions = { ...usual, store: 'memory', data: directory, http: 0, dns: 'off', eurekaProbe: false, ...options };
    this.registry = await runRegistry(all, { clock: this.clock, random: new SeededRandom(1), log: silent, version: '1.2.3' });
    running.push(this.registry);
    return this;
  }

  async ask(method: string, path: string, { headers = {}, body = '', door = 'http' }: Asking = {}): Promise<Answer> {
    const answer = await fetch(`http://${this.registry?.doors[door]}${path}`, { method, headers, ...(body === '' ? {} : { body }) });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  async register(
    id: string,
    fields: object = {},
    { base = '/eureka', headers = {} }: { base?: string; headers?: Headers } = {},
  ): Promise<number> {
    const instance = {
      instanceId: id,
      app: 'orders',
      hostName: 'h',
      ipAddr: '10.0.0.1',
      port: 8080,
      dataCenterInfo: { name: 'MyOwn' },
      ...fields,
    };
    const asking = { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ instance }) };
    return (await this.ask('POST', `${base}/apps/ORDERS`, asking)).status;
  }

  /** `id=STATUS` of all, in their order. */
  async statuses(base = '/eureka', headers: Headers = {}): Promise<readonly string[]> {
    const { text } = await this.ask('GET', `${base}/apps`, { headers: { accept: 'application/json', ...headers } });
    const { applications } = JSON.parse(text) as {
      applications: { application: { instance: { instanceId: string; status: string }[] }[] };
    };
    return applications.application.flatMap(({ instance }) => instance.map((one) => `${one.instanceId}=${one.status}`));
  }

  async health(id: string): Promise<unknown> {
    const { health, mode } = JSON.parse((await this.ask('GET', `/instances/${id}`)).text) as { health: string; mode: string };
    return [health, mode];
  }
}

const inJson = { headers: { accept: 'application/json' } };

interface Shown {
  readonly instance: { readonly overriddenStatus: string };
}

type Headers = Readonly<Record<string, string>>;

interface Asking {
  readonly headers?: Headers;
  readonly body?: string;
  readonly door?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly text: string;
}

const basic = (user: string, password: string): Headers => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('a lease', () => {
  it.each([
    [false, 90],
    [true, 180],
  ])('that is doubled (%s) is over after %i s, and the instance is gone after as long again', async (eurekaDoubledLeases, seconds) => {
    const eureka = await new Eureka().start({ eurekaDoubledLeases });
    await eureka.register('a');
    await eureka.clock.advance((seconds - 5) * 1000);
    expect(await eureka.statuses()).toEqual(['a=UP']);
    expect((await eureka.ask('PUT', '/eureka/apps/ORDERS/a')).status).toBe(200);
    await eureka.clock.advance((seconds - 5) * 1000);
    expect(await eureka.statuses()).toEqual(['a=UP']);
    await eureka.clock.advance(10_000);
    expect(await eureka.statuses()).toEqual(['a=DOWN']);
    // Heard again before it is gone, it is as it was.
    expect((await eureka.ask('PUT', '/eureka/apps/ORDERS/a')).status).toBe(200);
    expect(await eureka.statuses()).toEqual(['a=UP']);
    await eureka.clock.advance((2 * seconds + 5) * 1000);
    expect(await eureka.statuses()).toEqual([]);
    const { status, text } = await eureka.ask('PUT', '/eureka/apps/ORDERS/a?status=UP');
    expect([status, text]).toEqual([404, '']);
  });

  it('of very many that end at once are held, and said to be; an application is never emptied by doubt', async () => {
    const eureka = await new Eureka().start();
    for (let at = 0; at < 40; at++) await eureka.register(`i${at}`);
    await eureka.clock.advance(95_000);
    // So many at once are more likely this registry's fault.
    expect(new Set((await eureka.statuses()).map((one) => one.split('=')[1]))).toEqual(new Set(['UP']));
    await eureka.clock.advance(95_000);
    expect(await eureka.statuses()).toHaveLength(30);
    const { text } = await eureka.ask('GET', '/eureka/');
    expect(text).toContain('The guard holds 30 instances');
    expect(text).toContain('<li>ORDERS/i');
    expect((await eureka.ask('GET', '/eureka/status')).text).toContain('<held-by-guard>30</held-by-guard>');
  });
});

describe('what is said of an instance', () => {
  it('by itself keeps it out of rotation everywhere, for as long as it beats', async () => {
    const eureka = await new Eureka().start();
    for (const status of ['DOWN', 'OUT_OF_SERVICE', 'STARTING']) {
      await eureka.register('a', { status, lastDirtyTimestamp: 1 });
      expect([await eureka.statuses(), await eureka.health('a')]).toEqual([[`a=${status}`], ['starting', 'in']]);
    }
    for (let minute = 0; minute < 5; minute++) {
      await eureka.clock.advance(60_000);
      expect((await eureka.ask('PUT', '/eureka/apps/ORDERS/a')).status).toBe(200);
    }
    await eureka.register('a', { lastDirtyTimestamp: 1 });
    expect([await eureka.statuses(), await eureka.health('a')]).toEqual([['a=UP'], ['passing', 'in']]);
  });

  it('by others outlives a registration and a restart, and is understood by all', async () => {
    const eureka = await new Eureka().start({ store: 'embedded' });
    await eureka.register('a');
    await eureka.ask('PUT', '/eureka/apps/ORDERS/a/status?value=OUT_OF_SERVICE');
    await eureka.register('a');
    expect([await eureka.statuses(), await eureka.health('a')]).toEqual([['a=OUT_OF_SERVICE'], ['passing', 'out']]);
    await running.pop()?.stop();
    await eureka.start({ store: 'embedded' });
    expect(await eureka.statuses()).toEqual(['a=OUT_OF_SERVICE']);
    expect((await eureka.ask('GET', '/eureka/serverinfo/statusoverrides')).text).toBe('{"a":"OUT_OF_SERVICE"}');
    await eureka.ask('PUT', '/eureka/apps/ORDERS/a/status?value=DOWN');
    expect(await eureka.health('a')).toEqual(['critical', 'in']);
    await eureka.ask('PUT', '/eureka/apps/ORDERS/a/status?value=UP');
    expect(await eureka.health('a')).toEqual(['passing', 'in']);
  });

  it('that comes with a registration is one with it: nobody sees the one without the other', async () => {
    const eureka = await new Eureka().start();
    const seen: string[] = [];
    const revision = async (): Promise<number> => (JSON.parse((await eureka.ask('GET', '/status')).text) as { revision: number }).revision;
    for (const status of ['OUT_OF_SERVICE', 'DOWN', 'STARTING']) {
      const before = await revision();
      await eureka.register(status, { overriddenStatus: status });
      const { overriddenStatus } = (JSON.parse((await eureka.ask('GET', `/eureka/instances/${status}`, inJson)).text) as Shown).instance;
      seen.push(`${(await revision()) - before} ${overriddenStatus}`);
    }
    expect(seen).toEqual(['1 OUT_OF_SERVICE', '1 DOWN', '1 STARTING']);
    expect(await eureka.statuses()).toEqual(['DOWN=DOWN', 'OUT_OF_SERVICE=OUT_OF_SERVICE', 'STARTING=STARTING']);
    // Whoever asks natively finds out whose word it is.
    expect((await eureka.ask('GET', '/instances/OUT_OF_SERVICE')).text).toContain('OUT_OF_SERVICE, through Eureka');
  });

  it('is refused in words where it cannot be understood, for people read them', async () => {
    const eureka = await new Eureka().start();
    await eureka.register('a');
    const asked = ['a/status?value=WRONG', 'a/status', 'nobody/status?value=UP', 'a?status=%zz', 'status'];
    const answers = await Promise.all(asked.map((path) => eureka.ask('PUT', `/eureka/apps/ORDERS/${path}`)));
    expect(answers.map(({ status, text }) => `${status} ${text}`.trim())).toEqual([
      '400 value is "WRONG"; allowed is one of UP, DOWN, STARTING, OUT_OF_SERVICE, UNKNOWN.',
      '400 value is missing; allowed is one of UP, DOWN, STARTING, OUT_OF_SERVICE, UNKNOWN.',
      '404',
      '200',
      '404',
    ]);
  });

  it('through another face is shown here, and an instance of another face may be spoken of', async () => {
    const eureka = await new Eureka().start();
    await eureka.register('a');
    const put = (path: string, body: object): Promise<Answer> =>
      eureka.ask('PUT', path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    await put('/instances/a/mode', { mode: 'draining' });
    expect(await eureka.statuses()).toEqual(['a=OUT_OF_SERVICE']);
    const native = { service: 'orders', id: 'n', host: '10.0.0.2', port: 1, ttl: 'none', metadata: { a: '1' } };
    await eureka.ask('POST', '/register', { headers: { 'content-type': 'application/json' }, body: JSON.stringify(native) });
    await eureka.ask('PUT', '/eureka/apps/ORDERS/n/metadata?a=2&b=3');
    await eureka.ask('PUT', '/eureka/apps/ORDERS/n/status?value=STARTING');
    const { text } = await eureka.ask('GET', '/eureka/apps/ORDERS/n', { headers: { accept: 'application/json' } });
    expect(JSON.parse(text)).toMatchObject({
      instance: { status: 'STARTING', overriddenStatus: 'STARTING', metadata: { a: '2', b: '3' } },
    });
    await eureka.ask('DELETE', '/eureka/apps/ORDERS/n/status');
    expect(await eureka.health('n')).toEqual(['passing', 'in']);
  });
});

describe('a delta', () => {
  it('holds those who left behind those who are there, and forgets after three minutes', async () => {
    const eureka = await new Eureka().start();
    await eureka.register('gone');
    await eureka.ask('DELETE', '/eureka/apps/ORDERS/gone');
    await eureka.register('b');
    const delta = async (): Promise<readonly (string | undefined)[]> => {
      const { text } = await eureka.ask('GET', '/eureka/apps/delta');
      return [...text.matchAll(/<instanceId>(\w+)|<actionType>(\w+)|<apps__hashcode>(\w+)/g)].map(([, ...found]) =>
        found.find((one) => one),
      );
    };
    expect(await delta()).toEqual(['UP_1_', 'b', 'ADDED', 'gone', 'DELETED']);
    for (let minute = 0; minute < 4; minute++) {
      await eureka.clock.advance(60_000);
      await eureka.ask('PUT', '/eureka/apps/ORDERS/b');
    }
    expect(await delta()).toEqual(['UP_1_']);
  });
});

describe('namespaces and credentials', () => {
  it('are apart, by the path and by the user', async () => {
    const eureka = await new Eureka().start();
    await eureka.register('a', {}, { base: '/eureka-team-a/v2' });
    await eureka.register('b', {}, { headers: basic('team-b', '') });
    await eureka.register('c');
    expect(await eureka.statuses('/eureka-team-a')).toEqual(['a=UP']);
    expect(await eureka.statuses('/eureka', basic('team-b', 'x'))).toEqual(['b=UP']);
    expect(await eureka.statuses('/eureka-default', basic('team-b', ''))).toEqual(['c=UP']);
    expect((await eureka.ask('PUT', '/eureka/apps/ORDERS/b', { headers: basic('team-b', '') })).status).toBe(200);
    expect((await eureka.ask('PUT', '/eureka/apps/ORDERS/b')).status).toBe(404);
    expect((await eureka.ask('GET', '/eureka/apps', { headers: basic('Team B', '') })).status).toBe(400);
  });

  it('are judged where there is a token file, with a token for a password', async () => {
    const token = 'a-token-that-is-long-enough';
    const file = join(directory, 'tokens.yaml');
    await writeFile(file, `tokens:\n  - name: shop\n    token: ${token}\n    namespaces: team-a\n    read: '*'\n    write: orders\n`, {
      mode: 0o600,
    });
    const eureka = await new Eureka().start({ tokenFile: file });
    const nobody = await eureka.ask('GET', '/eureka/apps');
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="rollcall"']);
    const shop = basic('team-a', token);
    expect(await eureka.register('a', {}, { headers: shop })).toBe(204);
    expect(await eureka.register('a', {}, { headers: { authorization: `Bearer ${token}` } })).toBe(403);
    expect(await eureka.statuses('/eureka', shop)).toEqual(['a=UP']);
    expect((await eureka.ask('PUT', '/eureka/apps/ORDERS/a', { headers: shop })).status).toBe(200);
    expect((await eureka.ask('PUT', '/eureka/apps/ORDERS/a', { headers: basic('team-a', 'wrong-token-altogether') })).status).toBe(401);
    expect((await eureka.ask('DELETE', '/eureka/apps/STOCK/a', { headers: shop })).status).toBe(403);
  });
});

describe('a door of its own', () => {
  it('answers at every base that clients are configured with, and shows the page', async () => {
    const eureka = await new Eureka().start({ eureka: 0 });
    await eureka.register('a');
    for (const base of ['', '/v2', '/eureka', '/eureka/v2', '//eureka//v2/', '/eureka-default'])
      expect((await eureka.ask('GET', `${base}/apps/`, { door: 'eureka' })).text, base).toContain('<instanceId>a<');
    const page = await eureka.ask('GET', '/', { door: 'eureka' });
    expect([page.status, page.text.includes('UP a')]).toEqual([200, true]);
    expect((await eureka.ask('GET', '/services', { door: 'eureka' })).status).toBe(404);
    const elsewhere = await eureka.ask('GET', '/v1/catalog/services?x=1', { door: 'eureka' });
    expect(elsewhere).toMatchObject({ status: 404, text: 'There is nothing at GET /v1/catalog/services.\n' });
    expect((await eureka.ask('GET', '/serverinfo/statusoverrides', { door: 'eureka' })).text).toBe('{}');
  });
});
