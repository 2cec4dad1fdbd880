/** Keys of etcd as instances and instances as keys, from outside: on one node that keeps its own log, and on two before a real etcd. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromText, keysUnder, toText, type NodeName } from '@rollcall/core';
import { afterEach, describe, expect, it } from 'vitest';
import { startEtcds } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { serveOptions, type ServeOptions } from '../../options/options.js';
import { runRegistry } from '../../registry.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { silent } from '../../stores/etcd/subjects.fixture.js';

const CASE_MS = 60_000;

const usual = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Node {
  readonly url: string;
  /** Where clients of etcd are answered. */
  readonly etcd: string;
  stop(): Promise<void>;
}

async function start(options: Partial<ServeOptions>): Promise<Node> {
  const surroundings = { clock: systemClock, random: systemRandom, log: silent, version: '1.2.3' };
  const registry = await runRegistry({ ...usual, http: 0, dns: 'off', ...options }, surroundings);
  ends.push(() => registry.stop());
  const { http = '', etcd = '' } = registry.doors;
  return { url: `http://${http}`, etcd, stop: () => registry.stop() };
}

interface Answer {
  readonly kvs?: readonly { readonly key: string; readonly mod_revision: string }[];
  readonly deleted?: string;
  readonly ID?: string;
  readonly keys?: readonly string[];
  readonly message?: string;
}

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const plain = (text: string): string => Buffer.from(text, 'base64').toString('latin1');

/** As clients of etcd do that speak JSON; the same to an etcd and to a node. */
async function ask(endpoint: string, path: string, body: object): Promise<Answer> {
  return (await (await send(`http://${endpoint}/v3/${path}`, 'POST', body)).json()) as Answer;
}

function put(endpoint: string, key: string, addr: string, lease = '0'): Promise<Answer> {
  const value = JSON.stringify({ Addr: addr, Metadata: { n: 1 } });
  return ask(endpoint, 'kv/put', { key: base64(key), value: base64(value), lease });
}

function under(prefix: string): { readonly key: string; readonly range_end: string } {
  return { key: base64(prefix), range_end: base64(toText(keysUnder(fromText(prefix)).to ?? fromText(prefix))) };
}

async function keys(endpoint: string, prefix: string): Promise<readonly string[]> {
  return ((await ask(endpoint, 'kv/range', under(prefix))).kvs ?? []).map(({ key }) => plain(key));
}

async function grant(endpoint: string): Promise<string> {
  return (await ask(endpoint, 'lease/grant', { TTL: '3' })).ID ?? '';
}

function send(url: string, method: string, body: unknown = {}): Promise<Response> {
  return fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function found(url: string, service: string): Promise<readonly string[]> {
  const answer = (await (await fetch(`${url}/services/${service}/instances`)).json()) as {
    readonly instances: readonly { readonly id: string }[];
  };
  return answer.instances.map(({ id }) => id);
}

describe('a node that keeps its own log', () => {
  it('has instances of clients of etcd, also after it was started again; and they go with their leases', { timeout: CASE_MS }, async () => {
    const data = await mkdtemp(join(tmpdir(), 'rollcall-'));
    ends.push(() => rm(data, { recursive: true, force: true }));
    const first = await start({ data, store: 'embedded', etcd: 0 });
    const lease = await grant(first.etcd);
    await put(first.etcd, 'pay/1.2.3.4', '1.2.3.4', lease);
    await put(first.etcd, 'pay/static', '1.2.3.5:80');
    await send(`${first.url}/register`, 'POST', { service: 'Own', id: 'a', host: '10.0.0.1', port: 80, ttl: 'none' });
    expect(await found(first.url, 'pay')).toEqual(['1.2.3.4', 'static']);
    expect(await keys(first.etcd, 'own/')).toEqual(['own/a']);
    await first.stop();

    const second = await start({ data, store: 'embedded', etcd: 0 });
    expect(await found(second.url, 'pay')).toEqual(['1.2.3.4', 'static']);
    expect(await keys(second.etcd, 'own/')).toEqual(['own/a']);
    await expect.poll(() => found(second.url, 'pay'), { timeout: 15_000, interval: 200 }).toEqual(['static']);
    expect((await send(`${second.url}/instances/static`, 'DELETE')).status).toBe(204);
    expect(await keys(second.etcd, 'pay/')).toEqual([]);
  });

  it('refuses what is not theirs to put, and lets go whom they delete', { timeout: CASE_MS }, async () => {
    const node = await start({ store: 'memory', etcd: 0 });
    for (const id of ['a', 'b', 'c']) await send(`${node.url}/register`, 'POST', { service: 'own', id, host: '10.0.0.1', port: 80 });
    expect((await put(node.etcd, 'own/a', '9.9.9.9:9')).message).toContain('registered with the registry itself');
    expect((await ask(node.etcd, 'kv/deleterange', under('own/'))).deleted).toBe('3');
    await expect.poll(() => found(node.url, 'own')).toEqual([]);
    await put(node.etcd, 'own/a', '9.9.9.9:9');
    await expect.poll(() => found(node.url, 'own')).toEqual(['a']);
  });
});

describeWith(['etcd'], 'two nodes before an etcd', () => {
  it('say the same of keys that nobody put through them, and show their own', { timeout: CASE_MS }, async () => {
    const [etcd] = await startEtcds(1);
    if (etcd === undefined) throw new Error('No etcd.');
    ends.push(() => etcd.end());
    const { endpoint } = etcd;
    const shared = { store: { endpoints: [endpoint], isEncrypted: false }, etcdLens: ['/services/'], data: '', peer: 0 } as const;
    const one = await start({ ...shared, node: 'one' as NodeName, etcdProject: { prefix: '/services/' } });
    const two = await start({ ...shared, node: 'two' as NodeName });
    const lease = await grant(endpoint);
    await put(endpoint, '/services/pay/1.2.3.4:80', '1.2.3.4:80', lease);
    await put(endpoint, 'elsewhere/pay/5', '5.5.5.5:5');
    for (const { url } of [one, two]) await expect.poll(() => found(url, 'pay')).toEqual(['1.2.3.4:80']);
    expect((await send(`${two.url}/instances/1.2.3.4:80/mode`, 'PUT', { mode: 'out' })).status).toBe(200);
    await expect.poll(() => found(one.url, 'pay')).toEqual([]);
    const hanging = (await ask(endpoint, 'lease/timetolive', { ID: lease, keys: true })).keys ?? [];
    expect(hanging.map(plain).toSorted()).toEqual(['/rollcall/intents/default/pay/1.2.3.4:80', '/services/pay/1.2.3.4:80']);

    const registered = await send(`${two.url}/register`, 'POST', { service: 'own', id: 'a', host: '10.0.0.1', port: 80, ttl: '2s' });
    expect(registered.status).toBe(201);
    const { kvs = [] } = await ask(endpoint, 'kv/range', { key: base64('/services/own/a') });
    expect(kvs.map(({ mod_revision: revision }) => revision)).toEqual([registered.headers.get('rollcall-revision')]);
    await expect.poll(() => keys(endpoint, '/services/'), { timeout: 20_000, interval: 200 }).toEqual([]);
    expect(await keys(endpoint, '/rollcall/intents/')).toEqual([]);
    for (const { url } of [one, two]) await expect.poll(() => found(url, 'own')).toEqual([]);
  });
});
