import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { idleRegistry } from '../../../../test/support/idle-registry.js';
import type { ServeOptions } from '../options/options.js';
import type { Registry } from '../registry.js';
import { snapshotCommand } from './snapshot-command.js';

let directory: string;
const running: Registry[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
});
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.stop();
  await rm(directory, { recursive: true, force: true });
});

let seed = 0;

async function start(name: string, options: Partial<ServeOptions> = {}): Promise<{ readonly registry: Registry; readonly url: string }> {
  const registry = await idleRegistry({ store: 'embedded', data: join(directory, name), ...options }, { seed: ++seed });
  running.push(registry);
  return { registry, url: `http://${registry.doors['http']}` };
}

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly complaints: string;
}

async function snapshot(...args: string[]): Promise<Ended> {
  const text = { output: '', complaints: '' };
  const code = await snapshotCommand.run(args, {
    environment: {},
    output: { write: (part) => (text.output += part) },
    complaints: { write: (part) => (text.complaints += part) },
  });
  return { code, ...text };
}

async function listed(url: string): Promise<{ readonly epoch: string; readonly instances: readonly object[] }> {
  const answer = await fetch(`${url}/services/payments/instances`);
  const { instances } = (await answer.json()) as { readonly instances: readonly object[] };
  return { epoch: (answer.headers.get('etag') ?? '').replace(/-\d+"$/, ''), instances };
}

it('shows a token to a registry that wants one, and says so where it is missing', async () => {
  const [token, rules] = ['a-token-of-some-length', join(directory, 'tokens.yaml')];
  await writeFile(rules, `tokens: [{ name: backup, token: ${token}, operate: '*', namespaces: '*' }]`, { mode: 0o600 });
  const { url } = await start('guarded', { tokenFile: rules });
  const file = join(directory, 'guarded.rollcall');
  expect(await snapshot('save', file, '--url', url)).toMatchObject({
    code: 1,
    complaints: expect.stringContaining('--token-file') as string,
  });
  expect(await snapshot('save', file, '--url', url, '--token', token)).toMatchObject({ code: 0 });
  await writeFile(join(directory, 'token'), `${token}\n`);
  expect(await snapshot('save', file, '--url', url, '--token-file', join(directory, 'token'))).toMatchObject({ code: 0 });
});

it('saves from a running registry, and restores into a stopped one, in a new epoch', async () => {
  const first = await start('first');
  for (let n = 1; n <= 20; n++) {
    const body = JSON.stringify({ service: 'payments', id: `pay-${n}`, host: '10.0.0.5', port: 8000 + n, metadata: { n: String(n) } });
    await fetch(`${first.url}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }
  const before = await listed(first.url);
  const file = join(directory, 'file.snapshot');
  expect(await snapshot('save', file, '--url', first.url)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^Saved \d+ entries/) as string,
  });

  const data = join(directory, 'second');
  expect(await snapshot('restore', file, '--data', data)).toMatchObject({
    code: 0,
    output: expect.stringContaining('in a new epoch') as string,
  });
  const second = await start('second');
  const after = await listed(second.url);
  const told = ({ instances }: typeof after): readonly object[] => instances.map((one) => ({ ...one, revision: 0 }));
  expect(before.instances).toHaveLength(20);
  expect(told(after)).toEqual(told(before));
  expect(after.epoch).not.toBe(before.epoch);

  // The directory of a registry that runs is its own.
  await expect(snapshot('restore', file, '--data', data)).rejects.toMatchObject({ code: 'store-locked' });
});

it('leaves nothing behind where there is nothing to save', async () => {
  const file = join(directory, 'file.snapshot');
  expect(await snapshot('save', file, '--url', 'http://127.0.0.1:9')).toMatchObject({
    code: 4,
    complaints: expect.stringContaining('Nobody answers') as string,
  });
  await expect(access(file)).rejects.toThrow('ENOENT');
  await expect(access(`${file}.partial`)).rejects.toThrow('ENOENT');
});

it('says which file cannot be written or read, and makes no directory for it', async () => {
  const { url } = await start('first');
  await expect(snapshot('save', join(directory, 'none', 'file'), '--url', url)).rejects.toThrow('its directory is not there');
  await expect(snapshot('save', directory, '--url', url)).rejects.toThrow('it is a directory');
  const data = join(directory, 'second');
  await expect(snapshot('restore', join(directory, 'none'), '--data', data)).rejects.toThrow('none cannot be read: it is not there.');
  await expect(snapshot('restore', directory, '--data', data)).rejects.toThrow('cannot be read: it is a directory.');
  await expect(access(data)).rejects.toThrow('ENOENT');
});

it('restores nothing that is not whole', async () => {
  const { url } = await start('first');
  const whole = Buffer.from(await (await fetch(`${url}/snapshot`)).arrayBuffer());
  const file = join(directory, 'half.snapshot');
  await writeFile(file, whole.subarray(0, whole.length - 1));
  await expect(snapshot('restore', file, '--data', join(directory, 'second'))).rejects.toMatchObject({ code: 'store-corrupt' });
});

it.each([
  [[], 'snapshot expects'],
  [['dance', 'file'], 'snapshot expects'],
  [['save', 'file', 'more'], '"more" is not expected here.'],
  [['save', 'file', '--url', 'localhost'], '--url is "localhost"'],
])('says of %j what is wrong', async (args, complaint) => {
  const { code, complaints } = await snapshot(...args);
  expect(code).toBe(2);
  expect(complaints).toContain(complaint);
});
