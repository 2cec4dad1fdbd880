/** A program that the client keeps registered, as a process: suspended, busy, and with a registry that is killed or forgets. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { RegistryClient } from '@rollcall/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from './asking.js';
import { RegistryProcess } from './registry-process.js';

let registry: RegistryProcess;
let client: RegistryClient;
let program: ChildProcess;
beforeEach(async () => {
  registry = await RegistryProcess.start({ args: ['--dns', 'off'] });
  client = new RegistryClient({ url: registry.url });
  const path = fileURLToPath(new URL('registered.program.mjs', import.meta.url));
  // Nobody is at the first address: the second is asked.
  const env = { ...process.env, NODE_OPTIONS: '', REGISTRIES: `http://127.0.0.1:1,${registry.url}` };
  program = fork(path, [], { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(program, 'message');
});
afterEach(async () => {
  program.kill('SIGKILL');
  await client.close();
  await registry.close();
});

async function health(): Promise<string | undefined> {
  const { instances } = await client.instances('web', { health: 'any' });
  return instances[0]?.health;
}

const isBack = (): Promise<boolean> => until(async () => (await health()) === 'passing');
const isSilent = (): Promise<boolean> => until(async () => (await health()) === 'critical');

it('is back when it wakes, or when its loop is free again', { timeout: 60_000 }, async () => {
  program.kill('SIGSTOP');
  await isSilent();
  program.kill('SIGCONT');
  await isBack();
  program.send({ block: 3000 });
  await isSilent();
  await isBack();
});

it('is there again after the registry was killed, and after it forgot, as it was', { timeout: 60_000 }, async () => {
  await registry.kill();
  await registry.start();
  await isBack();
  program.send({ health: 'warning' });
  await until(async () => (await health()) === 'warning');
  await registry.kill();
  await rm(registry.directory, { recursive: true, force: true });
  await mkdir(registry.directory);
  await registry.start();
  await until(async () => (await health()) === 'warning');
  expect((await client.instance('w')).mode).toBe('in');
});
