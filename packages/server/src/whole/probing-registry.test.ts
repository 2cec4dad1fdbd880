/** The whole prober, in its thread, from a registration to what discovery answers. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { certificatesIn } from '../../../../test/support/certificates.js';
import { describeWith } from '../../../../test/support/program.js';
import { startRegistry, type EmbeddedRegistry } from '../index.js';

const registries: EmbeddedRegistry[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(registries.splice(0).map((registry) => registry.close()));
  for (const server of servers.splice(0)) server.close();
});

async function started(options: Parameters<typeof startRegistry>[0] = {}): Promise<EmbeddedRegistry> {
  const registry = await startRegistry(options);
  registries.push(registry);
  return registry;
}

/** A target whose health can be said. */
async function target(): Promise<{ port: number; status: number }> {
  const told = { port: 0, status: 200 };
  const server = createServer((_request, response) => void response.writeHead(told.status).end());
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  told.port = (server.address() as AddressInfo).port;
  return told;
}

async function register(url: string, body: object): Promise<Response> {
  return fetch(`${url}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function shown(url: string): Promise<readonly { readonly health: string; readonly healthOutput?: string }[]> {
  const answer = await fetch(`${url}/services/web/instances?health=any`);
  return ((await answer.json()) as { instances: { health: string; healthOutput?: string }[] }).instances;
}

async function why(url: string): Promise<unknown> {
  const { instances } = (await (await fetch(`${url}/services/web/instances?health=any`)).json()) as { instances: { id: string }[] };
  return (await fetch(`${url}/instances/${instances[0]?.id ?? ''}/why`)).json();
}

describe('a registry that probes', () => {
  it('puts an instance into rotation when its page answers, and takes it out when it does not', async () => {
    const { url } = await started();
    const page = await target();
    const checks = [{ type: 'http', path: '/health', interval: '1s', failuresBeforeCritical: 1 }];
    const answer = await register(url, { service: 'web', host: '127.0.0.1', port: page.port, checks });
    expect(answer.status).toBe(201);
    await vi.waitUntil(async () => (await shown(url))[0]?.health === 'passing', { timeout: 20_000 });
    page.status = 503;
    await vi.waitUntil(async () => (await shown(url))[0]?.health === 'critical', { timeout: 20_000 });
    expect((await shown(url))[0]?.healthOutput).toBe(`HTTP GET http://127.0.0.1:${page.port}/health: 503 Service Unavailable`);
    expect(await why(url)).toMatchObject({
      inRotation: false,
      backWhen: ['one passing probe of "http"'],
      checks: [{ type: 'http', status: 'critical', successes: 0 }],
    });
    expect(JSON.stringify(await why(url))).toMatch(/"results":\[\{"at":"[^"]+","took":"[^"]+","finding":"critical"/);
    page.status = 200;
    await vi.waitUntil(async () => (await shown(url))[0]?.health === 'passing', { timeout: 20_000 });
  });

  it('takes no check that leads elsewhere, and runs no program', async () => {
    const { url } = await started();
    for (const check of [
      { type: 'http', host: '10.1.2.3' },
      { type: 'tcp', host: '169.254.169.254' },
      { type: 'script', command: 'true' },
    ]) {
      const answer = await register(url, { service: 'web', host: '127.0.0.1', port: 1, checks: [check] });
      expect(answer.status, JSON.stringify(check)).toBe(400);
    }
    expect(await shown(url)).toEqual([]);
  });
});

describeWith(['openssl'], 'a registry whose targets speak TLS', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-probe-ca-'));
    const make = certificatesIn(directory);
    make.selfSigned('ca', '/CN=authority');
    await make.signed('web', '/CN=web', 'IP:127.0.0.1');
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function secured(): Promise<number> {
    const [cert, key] = await Promise.all(['web.crt', 'web.key'].map((name) => readFile(join(directory, name))));
    const server = createSecureServer({ cert, key }, (_request, response) => void response.end());
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return (server.address() as AddressInfo).port;
  }

  it('believes whom the operator believes, or whom the check brings, and nobody else', async () => {
    const port = await secured();
    const ca = await readFile(join(directory, 'ca.crt'), 'utf8');
    const check = { type: 'http', interval: '1s', failuresBeforeCritical: 1 };
    for (const [options, tls, health] of [
      [{ probeCa: join(directory, 'ca.crt') }, true, 'passing'],
      [{}, { ca }, 'passing'],
      [{}, true, 'critical'],
    ] as const) {
      const { url } = await started(options);
      await register(url, { service: 'web', host: '127.0.0.1', port, checks: [{ ...check, tls }] });
      await vi.waitUntil(async () => (await shown(url))[0]?.health === health, { timeout: 20_000 });
    }
  });

  it('does not start with a file that holds no certificate', async () => {
    await expect(started({ probeCa: join(directory, 'web.key') })).rejects.toThrow(/--probe-ca .*web.key holds no certificate in PEM/);
    await expect(started({ probeCa: join(directory, 'none') })).rejects.toThrow(/--probe-ca .*none cannot be read/);
  });
});
