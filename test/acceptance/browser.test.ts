/** A browser's own EventSource, on a page of another origin that the registry was told of: over a killed registry, too. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/program.js';
import { ask, until } from './asking.js';
import { RegistryProcess } from './registry-process.js';

/** What the page reports: the events as they came to it. */
interface Reported {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

const page = (registry: string): string => `<!doctype html><title>who is there</title><script>
const source = new EventSource('${registry}/services/payments/instances');
for (const event of ['snapshot', 'change', 'resync'])
  source.addEventListener(event, ({ lastEventId, data }) =>
    fetch('/', { method: 'POST', body: JSON.stringify({ event, id: lastEventId, data }) }));
</script>`;

describeWith(['chromium'], 'a page with an EventSource', () => {
  const reported: Reported[] = [];
  let server: Server;
  let registry: RegistryProcess;
  let browser: ChildProcess;
  let profile: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.method === 'GET') return void response.setHeader('content-type', 'text/html').end(page(registry.url));
      let text = '';
      request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      request.on('end', () => {
        reported.push(JSON.parse(text) as Reported);
        response.end();
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    registry = await RegistryProcess.start({ args: ['--cors-origin', origin] });
    await register('a');
    profile = await mkdtemp(join(tmpdir(), 'rollcall-browser-'));
    const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
    browser = spawn('chromium', [...quiet, '--remote-debugging-port=0', origin], { stdio: 'ignore', detached: true });
  });
  afterAll(async () => {
    // With all that it has started.
    if (browser?.pid !== undefined && browser.exitCode === null) {
      process.kill(-browser.pid, 'SIGKILL');
      await once(browser, 'exit');
    }
    server?.closeAllConnections();
    server?.close();
    await registry?.close();
    if (profile !== undefined) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  const register = (id: string): Promise<unknown> =>
    ask(registry.url, 'POST', '/register', { service: 'payments', id, host: '10.0.0.5', port: 8080, ttl: 'none' });

  it('is told everything once, and comes back by itself', { timeout: 60_000 }, async () => {
    await until(() => reported.some(({ event, data }) => event === 'snapshot' && data.includes('"id":"a"')));
    await register('b');
    await until(() => reported.some(({ event, data }) => event === 'change' && data.includes('"id":"b"')));
    await registry.kill();
    await registry.start();
    await register('c');
    await until(() => reported.some(({ data }) => data.includes('"id":"c"')));
    expect(reported.map(({ event }) => event)).toEqual(['snapshot', 'change', 'change']);
  });
});
