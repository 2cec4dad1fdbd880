/** Access control as whoever runs a registry meets it: the built program, its files, its exit codes, and SIGHUP. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killPrograms, rollcall, type Running } from '../../../../test/support/rollcall-program.js';

const secret = 'a-token-that-is-long-enough';
const row = (write: string): string => `tokens:\n  - name: ci\n    token: ${secret}\n    read: '*'\n    write: ${write}\n`;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
});
afterEach(async () => {
  await killPrograms();
  await rm(directory, { recursive: true, force: true });
});

function serve(...args: readonly string[]): Running {
  return rollcall('serve', '--store', 'memory', '--http', '0', ...args);
}

async function register(url: string, service: string, token: string | null): Promise<number> {
  const headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${url}/register`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ service, id: 'a', host: 'h', port: 1 }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

describe('a registry beyond loopback', () => {
  it('does not start before somebody has said who may come in, and names the three ways', async () => {
    const { code, complaints } = await serve('--bind', '0.0.0.0').ended;
    expect(code).toBe(2);
    for (const way of ['--token-file', '--tls-client-ca', '--insecure']) expect(complaints).toContain(way);
  }, 30_000);

  it('starts with --insecure, loudly', async () => {
    const running = serve('--bind', '0.0.0.0', '--insecure');
    const url = await running.url();
    await running.complained('THERE IS NO ACCESS CONTROL');
    expect(await register(url.replace('0.0.0.0', '127.0.0.1'), 'payments', null)).toBe(201);
  }, 30_000);
});

describe('a registry with a token file', () => {
  it('keeps to it, takes it anew on SIGHUP, and writes down what happened', async () => {
    const [file, audit] = [join(directory, 't.yaml'), join(directory, 'audit')];
    await writeFile(file, row('payments'), { mode: 0o600 });
    const running = serve('--token-file', file, '--audit', audit);
    const url = await running.url();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(await register(url, 'payments', null)).toBe(401);
    expect(await register(url, 'payments', `${secret}x`)).toBe(401);
    expect(await register(url, 'payments', secret)).toBe(201);
    expect(await register(url, 'stock', secret)).toBe(403);

    await writeFile(file, row('stock'));
    running.child.kill('SIGHUP');
    await running.complained('the token file was read anew');
    expect([await register(url, 'payments', secret), await register(url, 'stock', secret)]).toEqual([403, 201]);

    await writeFile(file, row('[')); // No file of rules.
    running.child.kill('SIGHUP');
    await running.complained('the rules from before stay in force');
    expect([await register(url, 'payments', secret), await register(url, 'stock', secret)]).toEqual([403, 200]);

    running.child.kill('SIGTERM');
    const { output, complaints } = await running.ended;
    const book = await readFile(audit, 'utf8');
    expect([...book.matchAll(/"result":"([\w-]+)"/g)].map(([, result]) => result)).toEqual([
      'unauthenticated',
      'unauthenticated',
      'done',
      'forbidden',
      'forbidden',
      'done',
      'forbidden',
      'done',
    ]);
    expect(`${book}${complaints}${output}`).not.toContain(secret);
  }, 60_000);

  it('trusts this machine where told to, but no proxy on it and no page whose name leads here', async () => {
    const file = join(directory, 't.yaml');
    await writeFile(file, row('payments'), { mode: 0o600 });
    const running = serve('--token-file', file, '--trust-loopback', '--bind', '0.0.0.0');
    const { port } = new URL(await running.url());
    const statusWith = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port, path: '/services', headers, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).once('error', reject);
      });
    expect(await statusWith({ host: `localhost:${port}` })).toBe(200);
    expect(await statusWith({ 'host': `localhost:${port}`, 'x-forwarded-for': '127.0.0.1' })).toBe(401);
    const rebound = `evil.example:${port}`;
    expect(await statusWith({ 'host': rebound, 'origin': `http://${rebound}`, 'sec-fetch-site': 'same-origin' })).toBe(401);
  }, 30_000);

  it('does not start with one that it cannot use', async () => {
    const { code, complaints } = await serve('--token-file', join(directory, 'none.yaml')).ended;
    expect(code).toBe(1);
    expect(complaints).toContain('cannot be read: it is not there');
  }, 30_000);
});
