import { createServer, type AddressInfo } from 'node:net';
import { Resolver } from 'node:dns/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { idleRegistry } from '../../../../../test/support/idle-registry.js';
import type { Registry } from '../../registry.js';
import type { ServeOptions } from '../../options/options.js';
import { systemClock } from '../../shared/system-clock.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function start(options: Partial<ServeOptions> = {}): Promise<Registry> {
  const registry = await idleRegistry({ dns: { port: 0, isWished: true }, ...options }, { clock: systemClock });
  ends.push(() => registry.stop());
  return registry;
}

function resolverOf({ doors }: Registry): Resolver {
  const resolver = new Resolver({ timeout: 5000, tries: 3 });
  resolver.setServers([doors['dns'] ?? '']);
  return resolver;
}

async function register({ doors }: Registry, fields: Readonly<Record<string, unknown>>, token?: string): Promise<void> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const body = JSON.stringify({ service: 'payments', host: '10.0.0.7', port: 8080, ttl: 'none', ...fields });
  const answer = await fetch(`http://${doors['http']}/register`, { method: 'POST', headers, body });
  expect(answer.status).toBe(201);
}

const WITHIN = { timeout: 15_000 };

const code = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

describe('the DNS door', () => {
  it('has every change in the next answer behind the one that acknowledged it', async () => {
    const registry = await start();
    const resolver = resolverOf(registry);
    await vi.waitFor(async () => expect(await resolver.resolve4('payments.service.rollcall').catch(code)).toBe('ENOTFOUND'), WITHIN);
    for (let at = 1; at <= 20; at++) {
      await register(registry, { id: `p${at}`, host: `10.0.0.${at}` });
      expect((await resolver.resolve4('payments.service.rollcall')).length).toBe(at);
    }
    // Without EDNS, as Consul does it.
    expect(await resolver.resolveSrv('_payments._tcp.service.consul')).toHaveLength(3);
  });

  it('knows a prepared query as soon as it was acknowledged, and the nodes that Consul shows', async () => {
    const registry = await start();
    const resolver = resolverOf(registry);
    const query = async (name: string): Promise<void> => {
      const body = JSON.stringify({ Name: name, Service: { Service: 'payments', Tags: ['a'] } });
      expect((await fetch(`http://${registry.doors['http']}/v1/query`, { method: 'POST', body })).status).toBe(200);
    };
    await register(registry, { id: 'a', tags: ['a'] });
    await register(registry, { id: 'b', host: '10.0.0.8' });
    for (let at = 0; at < 20; at++) {
      await query(`q${at}`);
      expect(await resolver.resolve4(`q${at}.query.consul`)).toEqual(['10.0.0.7']);
    }
    const nodes = (await (await fetch(`http://${registry.doors['http']}/v1/catalog/nodes`)).json()) as { Node: string; Address: string }[];
    const own = nodes.find(({ Node }) => !Node.startsWith('10.'));
    expect(await resolver.resolve4(`${own?.Node}.node.consul`)).toEqual([own?.Address]);
    expect(await resolver.resolve4('10.0.0.7.node.dc1.consul')).toEqual(['10.0.0.7']);
    // Newer Nodes say the type with it.
    expect(await resolver.resolveSrv('consul.service.consul')).toEqual([
      expect.objectContaining({ name: `${own?.Node}.node.dc1.consul`, port: 8300, priority: 1, weight: 1 }),
    ]);
  });

  it('shows what everybody may read, and no more after the rules have changed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
    ends.push(() => rm(directory, { recursive: true, force: true }));
    const tokenFile = join(directory, 'tokens.yaml');
    const secret = 'a-secret-that-is-long-enough-for-it';
    const rules = (read: string): string => `anonymous:\n  read: ${read}\ntokens:\n  - name: ci\n    token: ${secret}\n    write: '*'\n`;
    await writeFile(tokenFile, rules('payments'), { mode: 0o600 });
    const registry = await start({ tokenFile });
    const resolver = resolverOf(registry);
    await register(registry, {}, secret);
    await register(registry, { service: 'secrets' }, secret);
    expect(await resolver.resolve4('payments.service.rollcall')).toEqual(['10.0.0.7']);
    expect(await resolver.resolve4('secrets.service.rollcall').catch(code)).toBe('ENOTFOUND');
    await writeFile(tokenFile, rules('secrets'), { mode: 0o600 });
    await registry.reload();
    await vi.waitFor(async () => expect(await resolver.resolve4('secrets.service.rollcall')).toEqual(['10.0.0.7']), WITHIN);
    expect(await resolver.resolve4('payments.service.rollcall').catch(code)).toBe('ENOTFOUND');
  });

  it('is done without where its usual port is taken, and nobody asked for it; else that is an error', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    ends.push(() => other.close());
    const { port } = other.address() as AddressInfo;
    await expect(start({ dns: { port, isWished: true } })).rejects.toThrow(
      `DNS port ${port} on 127.0.0.1 is taken. Choose another one with --dns PORT or ROLLCALL_DNS`,
    );
    const registry = await start({ dns: { port, isWished: false } });
    expect(Object.keys(registry.doors)).toEqual(['http']);
    await register(registry, {});
  });

  it('counts', async () => {
    const registry = await start();
    const resolver = resolverOf(registry);
    await register(registry, {});
    await resolver.resolve4('payments.service.rollcall');
    await resolver.resolve4('nobody.service.rollcall').catch(code);
    await vi.waitFor(async () => {
      const text = await (await fetch(`http://${registry.doors['http']}/metrics`)).text();
      expect(text).toContain('rollcall_dns_questions_total{transport="udp",type="A"} 2');
      expect(text).toContain('rollcall_dns_answers_total{rcode="NXDOMAIN"} 1');
      expect(text).toContain('rollcall_dns_synced 1');
    }, WITHIN);
  });
});
