import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from 'rollcall/parts';
import { idleRegistry } from '../../test/support/idle-registry.js';
import { describeWith } from '../../test/support/program.js';

const CLIENT = 'consul@2.0.1';
const folder = fileURLToPath(new URL('../../node_modules/.cache/rollcall-interop-consul/npm/', import.meta.url));

/** As much of the client as is used: every answer is looked at as it comes. */
type Call = (options?: unknown, more?: unknown) => Promise<unknown>;
type Group = Readonly<
  Record<'get' | 'set' | 'del' | 'keys' | 'create' | 'destroy' | 'renew' | 'fire' | 'list' | 'execute' | 'service' | 'services', Call>
>;
type Agent = Readonly<Record<'register' | 'deregister' | 'fail', Call>>;
interface Watching {
  on(event: string, listener: (data: unknown) => void): void;
  end(): void;
}
interface Client extends Readonly<Record<'kv' | 'session' | 'transaction' | 'event' | 'health' | 'query' | 'catalog' | 'status', Group>> {
  readonly agent: { readonly service: Agent; readonly check: Agent };
  watch(options: { readonly method: Call; readonly options: object }): Watching;
}

let consul: Client;
let registry: Awaited<ReturnType<typeof idleRegistry>>;

/** Settles when it has told so many times; the answers in order. */
function changes(method: Call, options: object, count: number, meanwhile: (at: number) => void): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const watch = consul.watch({ method, options });
    const seen: unknown[] = [];
    watch.on('error', reject);
    watch.on('change', (data) => {
      seen.push(data);
      meanwhile(seen.length);
      if (seen.length < count) return;
      watch.end();
      resolve(seen);
    });
  });
}

describeWith(['npm'], 'the client of Consul for Node', () => {
  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)('npm', ['install', '--silent', '--no-audit', '--no-fund', '--no-save', '--prefix', '.', CLIENT], {
      cwd: folder,
    });
    registry = await idleRegistry({}, { clock: systemClock });
    const [host, port] = (registry.doors['http'] ?? '').split(':');
    const Consul = createRequire(`${folder}x.js`)('consul') as new (options: object) => Client;
    consul = new Consul({ host, port: Number(port) });
  }, 120_000);

  afterAll(() => registry.stop());

  it('keeps keys, to the last bit of their flags', async () => {
    expect(await consul.kv.set({ key: 'a/b', value: 'one', flags: '16241312312312312313' })).toBe(true);
    expect(await consul.kv.get('a/b')).toMatchObject({ Key: 'a/b', Value: 'one', LockIndex: 0 });
    expect(await consul.kv.set({ key: 'a/b', value: 'two', cas: '0' })).not.toBe(true);
    expect(await consul.kv.keys({ key: '', separator: '/' })).toEqual(['a/']);
    expect(await consul.kv.get({ key: 'a/b', raw: true })).toEqual(Buffer.from('one'));
    expect(await consul.kv.get('none')).toBeUndefined();
    expect(await consul.kv.del({ key: 'a/', recurse: true })).toBe(true);
    expect(await consul.kv.get({ key: 'a/', recurse: true })).toBeUndefined();
  });

  it('hears of every step of a key, and of none of others', async () => {
    const steps = [
      () => consul.kv.set('other', 'x'),
      () => consul.kv.set('watched', '1'),
      () => consul.kv.set('watched', '2'),
      () => consul.kv.del('watched'),
    ];
    const seen = await changes(consul.kv.get, { key: 'watched', wait: '20s' }, 4, (at) => {
      if (at === 1) void steps[0]?.().then(() => steps[1]?.());
      else void steps[at]?.();
    });
    expect(seen.map((one) => (one as { readonly Value?: string } | undefined)?.Value)).toEqual([undefined, '1', '2', undefined]);
  });

  it('holds a lock as long as its session', async () => {
    const { ID: session } = (await consul.session.create({ ttl: '10s', lockdelay: '0s', name: 'one' })) as { readonly ID: string };
    const { ID: other } = (await consul.session.create({ lockdelay: '0s' })) as { readonly ID: string };
    expect(await consul.kv.set({ key: 'lock', value: 'mine', acquire: session })).toBe(true);
    expect(await consul.kv.set({ key: 'lock', value: 'theirs', acquire: other })).not.toBe(true);
    expect(await consul.session.renew(session)).toMatchObject([{ ID: session, TTL: '10s' }]);
    expect(await consul.session.get(session)).toMatchObject({ ID: session, Name: 'one', Behavior: 'release' });
    await consul.session.destroy(session);
    expect(await consul.kv.get('lock')).not.toHaveProperty('Session');
    expect(await consul.kv.set({ key: 'lock', value: 'theirs', acquire: other })).toBe(true);
    expect(await consul.kv.get('lock')).toMatchObject({ LockIndex: 2, Session: other, Value: 'theirs' });
    await expect(consul.session.renew(session)).rejects.toThrow(/not found/);
  });

  it('does many things at once or none', async () => {
    const set = (key: string): object => ({ KV: { Verb: 'set', Key: key, Value: 'dg==' } });
    expect(await consul.transaction.create([set('t/1'), set('t/2')])).toMatchObject({ Errors: null });
    const faulty = [set('t/3'), { KV: { Verb: 'cas', Key: 't/1', Value: 'dg==', Index: 1 } }];
    await expect(consul.transaction.create(faulty)).rejects.toThrow();
    expect(await consul.kv.keys('t/')).toEqual(['t/1', 't/2']);
  });

  it('fires events, and hears of them', async () => {
    await consul.event.fire({ name: 'deploy', payload: 'v1' });
    expect(await consul.event.list({ name: 'deploy' })).toMatchObject([{ Name: 'deploy', Payload: 'v1' }]);
    const seen = await changes(consul.event.list, { name: 'deploy', wait: '20s' }, 2, (at) => {
      if (at === 1) void consul.event.fire({ name: 'deploy', payload: 'v2' });
    });
    expect(seen[1]).toMatchObject([{ Payload: 'djE=' }, { Payload: 'djI=' }]);
  });

  it('registers, is found well by a prepared query, and is followed', async () => {
    const service = { name: 'web', id: 'web-1', port: 80, tags: ['blue'], check: { ttl: '30s', status: 'passing' } };
    await consul.agent.service.register(service);
    const query = { name: 'web-near', service: { service: 'web', onlypassing: true, tags: ['blue', '!green'] } };
    const { ID: id } = (await consul.query.create(query)) as { readonly ID: string };
    expect(await consul.query.execute('web-near')).toMatchObject({ Service: 'web', Nodes: [{ Service: { ID: 'web-1', Port: 80 } }] });
    const seen = await changes(consul.health.service, { service: 'web', wait: '20s' }, 2, (at) => {
      if (at === 1) void consul.agent.check.fail('service:web-1');
    });
    expect(seen[1]).toMatchObject([{ Checks: [{ CheckID: 'serfHealth' }, { Status: 'critical' }] }]);
    expect(await consul.query.execute(id)).toMatchObject({ Nodes: [] });
    await consul.query.destroy(id);
    await expect(consul.query.execute('web-near')).rejects.toThrow(/not found/i);
    await consul.agent.service.deregister('web-1');
    expect(await consul.catalog.services()).toBeDefined();
  });
});
