/** What the console says when something is wrong: with the fleet, the registry, its log, or with who asks. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ask, pause } from '../acceptance/asking.js';
import { RegistryProcess } from '../acceptance/registry-process.js';
import { startEtcds } from '../support/etcd-process.js';
import { describeWith } from '../support/program.js';
import { Chromium } from './chromium.js';
import { proxyBefore } from './proxy.js';

const LONG_MS = 90_000;

describeWith(['chromium', 'etcd'], 'the console in trouble', () => {
  let chromium: Chromium;
  const undone: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    chromium = await Chromium.start();
  }, LONG_MS);
  afterAll(() => chromium?.close());
  afterEach(async () => {
    for (const undo of undone.splice(0).toReversed()) await undo();
  });

  async function start(...args: readonly string[]): Promise<RegistryProcess> {
    const registry = await RegistryProcess.start({ args });
    undone.push(() => registry.close());
    return registry;
  }

  const register = ({ url }: RegistryProcess, instance: object): Promise<unknown> =>
    ask(url, 'POST', '/register', { service: 'payments', host: '10.0.0.5', port: 8080, ttl: 'none', ...instance });

  it('goes on by itself when the registry was killed and is back', { timeout: LONG_MS }, async () => {
    const registry = await start();
    await register(registry, { id: 'pay-1' });
    const tab = await chromium.open(`${registry.url}/ui/#/services/payments`);
    await tab.shows('1 of 1 instance in rotation live');
    await registry.kill();
    await tab.shows('No connection to the registry It does not answer.');
    await tab.shows('not live');
    await tab.shows('pay-1');
    await registry.start();
    await register(registry, { id: 'pay-2' });
    await tab.shows('2 of 2 instances in rotation live');
    await tab.hides('No connection');
    expect(tab.complaints).toEqual([]);
  });

  it('tells of the guard and of panic', { timeout: LONG_MS }, async () => {
    const registry = await start('--guard-departures', '2', '--guard-share', '5%');
    const instances = Array.from({ length: 20 }, (_, at) => ({ service: 'payments', id: `pay-${at}`, host: '10.0.0.5', port: 8000 + at }));
    const brief = instances.map((instance) => ({ ...instance, ttl: '1s', deregisterAfter: '1s' }));
    await ask(registry.url, 'POST', '/register/bulk', { instances: brief });
    const tab = await chromium.open(`${registry.url}/ui/#/services/payments`);
    await tab.shows('The guard holds 18 instances');
    await tab.shows('1 service panics');
    await tab.shows('It panics. Fewer than 50 %');
    await tab.shows('held 18');
    await tab.press('pay-1');
    await tab.shows(/critical held/);
    await ask(registry.url, 'POST', '/guard/release');
    await tab.hides('The guard holds');
    await tab.shows('not here');
    expect(tab.complaints).toEqual([]);
  });

  it('says that the log is away, and since when', { timeout: LONG_MS }, async () => {
    const [etcd] = await startEtcds(1);
    undone.push(async () => etcd?.end());
    const registry = await start('--store', `etcd://${etcd?.endpoint ?? ''}`, '--peer', '0');
    await register(registry, { id: 'pay-1' });
    const tab = await chromium.open(`${registry.url}/ui/#/services/payments`);
    await tab.shows('1 of 1 instance in rotation live');
    etcd?.signal('SIGSTOP');
    await tab.shows(/The log is away .* has not been able to follow it for \d+ s/);
    await tab.shows('pay-1');
    etcd?.signal('SIGCONT');
    await tab.hides('The log is away');
  });

  it('asks for a token, keeps it for its tab, and shows what that may read', { timeout: LONG_MS }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-tokens-'));
    undone.push(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'tokens.json');
    const row = (name: string, rights: object) => ({ name, sha256: createHash('sha256').update(tokenOf(name)).digest('hex'), ...rights });
    const tokens = [row('everybody', { write: '*' }), row('shopper', { read: ['shop'] })];
    await writeFile(file, JSON.stringify({ tokens }), { mode: 0o600 });
    const registry = await start('--token-file', file);
    for (const service of ['payments', 'shop']) {
      const body = JSON.stringify({ service, id: `${service}-1`, host: '10.0.0.5', port: 80, ttl: 'none' });
      const headers = { 'content-type': 'application/json', 'authorization': `Bearer ${tokenOf('everybody')}` };
      await fetch(`${registry.url}/register`, { method: 'POST', headers, body });
    }

    const tab = await chromium.open(`${registry.url}/ui/`);
    await tab.shows('This registry wants a token');
    // Each refusal is a line in an audit: nothing more is asked until there is a token.
    const asked = tab.asked.length;
    await pause(3_000);
    expect(tab.asked).toHaveLength(asked);
    await tab.type('not-a-token-of-this-registry');
    await tab.key('Enter');
    await tab.shows(/wants a token .*token/);
    await tab.type(tokenOf('shopper'));
    await tab.key('Enter');
    await tab.shows(/shop 1 of 1/);
    expect(await tab.text()).not.toContain('payments');
    await tab.press('shop');
    await tab.shows('1 of 1 instance in rotation live');
    await tab.go(`${registry.url}/ui/#/services/payments`);
    await tab.shows('Not allowed');
    expect(tab.asked.filter((url) => url.includes(tokenOf('shopper')))).toEqual([]);
    expect(await tab.evaluate('[localStorage.length, document.cookie]')).toEqual([0, '']);

    await tab.evaluate('location.reload()');
    await tab.shows('Not allowed');
    await tab.press('Forget the token');
    await tab.shows('This registry wants a token');
    expect(tab.complaints).toEqual([]);
  });

  it('says why it is not live where there is no room for watchers', { timeout: LONG_MS }, async () => {
    const registry = await start('--watchers', '0');
    const tab = await chromium.open(`${registry.url}/ui/#/services/payments`);
    await tab.shows(/not live: .*watch/);
    await pause(3_000);
    expect(await tab.text()).not.toContain('No connection');
  });

  it('works behind a proxy that puts something before its paths', { timeout: LONG_MS }, async () => {
    const registry = await start();
    await register(registry, { id: 'pay-1' });
    const proxy = await proxyBefore(registry.url, '/intern/registry');
    undone.push(() => proxy.close());
    const tab = await chromium.open(`${proxy.url}/ui`);
    await tab.shows(/payments 1 of 1/);
    await tab.press('payments');
    await tab.shows('1 of 1 instance in rotation live');
    await register(registry, { id: 'pay-2' });
    await tab.shows('2 of 2 instances');
    expect(tab.asked.filter((url) => !url.startsWith(proxy.url))).toEqual([]);
  });

  it('is not there where it is not wanted', { timeout: LONG_MS }, async () => {
    const { url } = await start('--no-console');
    for (const path of ['/', '/ui', '/ui/']) expect((await fetch(`${url}${path}`, { headers: { accept: 'text/html' } })).status).toBe(404);
  });
});

function tokenOf(name: string): string {
  return `token-of-${name}-0123456789`;
}
