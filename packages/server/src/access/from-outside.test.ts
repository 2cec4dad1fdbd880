/** Access control as whoever runs a registry meets it: the built program, its files, its exit codes, and SIGHUP. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

type Child = ChildProcessByStdio<null, Readable, Readable>;

const program = new URL('../main.ts', import.meta.url).href;
const secret = 'a-token-that-is-long-enough';
const row = (write: string): string => `tokens:\n  - name: ci\n    token: ${secret}\n    read: '*'\n    write: ${write}\n`;

let directory: string;
const children: Child[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

interface Running {
  readonly child: Child;
  readonly said: { output: string; complaints: string };
}

function serve(...args: readonly string[]): Running {
  const run = `import { main } from ${JSON.stringify(program)}; await main(process.argv.slice(1), process.env);`;
  const node = ['--conditions=@rollcall/source', '--import', 'tsx', '--input-type=module', '--eval', run, '--'];
  const options = ['serve', '--store', 'memory', '--http', '0', ...args];
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const child = spawn(process.execPath, [...node, ...options], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const said = { output: '', complaints: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.complaints += text));
  return { child, said };
}

/** Until it says so, on either stream. */
async function heard({ child, said }: Running, text: string): Promise<string> {
  while (!`${said.output}${said.complaints}`.includes(text)) await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
  return said.output;
}

async function urlOf(running: Running): Promise<string> {
  const line = await heard(running, '"msg":"ready"');
  return `http://${(JSON.parse(line) as { readonly doors: { readonly http: string } }).doors.http}`;
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
    const { child, said } = serve('--bind', '0.0.0.0');
    expect((await once(child, 'close'))[0]).toBe(1);
    for (const way of ['--token-file', '--tls-client-ca', '--insecure']) expect(said.complaints).toContain(way);
  }, 30_000);

  it('starts with --insecure, loudly', async () => {
    const running = serve('--bind', '0.0.0.0', '--insecure');
    const url = await urlOf(running);
    expect(running.said.complaints).toContain('THERE IS NO ACCESS CONTROL');
    expect(await register(url.replace('0.0.0.0', '127.0.0.1'), 'payments', null)).toBe(201);
  }, 30_000);
});

describe('a registry with a token file', () => {
  it('keeps to it, takes it anew on SIGHUP, and writes down what happened', async () => {
    const [file, audit] = [join(directory, 't.yaml'), join(directory, 'audit')];
    await writeFile(file, row('payments'), { mode: 0o600 });
    const running = serve('--token-file', file, '--audit', audit);
    const url = await urlOf(running);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(await register(url, 'payments', null)).toBe(401);
    expect(await register(url, 'payments', `${secret}x`)).toBe(401);
    expect(await register(url, 'payments', secret)).toBe(201);
    expect(await register(url, 'stock', secret)).toBe(403);

    await writeFile(file, row('stock'));
    running.child.kill('SIGHUP');
    await heard(running, 'the token file was read anew');
    expect([await register(url, 'payments', secret), await register(url, 'stock', secret)]).toEqual([403, 201]);

    await writeFile(file, row('[')); // No file of rules.
    running.child.kill('SIGHUP');
    await heard(running, 'the rules from before stay in force');
    expect([await register(url, 'payments', secret), await register(url, 'stock', secret)]).toEqual([403, 200]);

    running.child.kill('SIGTERM');
    await once(running.child, 'close');
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
    expect(`${book}${running.said.complaints}${running.said.output}`).not.toContain(secret);
  }, 60_000);

  it('does not start with one that it cannot use', async () => {
    const { child, said } = serve('--token-file', join(directory, 'none.yaml'));
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(said.complaints).toContain('cannot be read: it is not there');
  }, 30_000);
});
