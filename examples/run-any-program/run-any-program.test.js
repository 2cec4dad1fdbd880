/** A Python program under `rollcall run`, found by a shell script; the registry is within this program. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRegistry } from 'rollcall';

const here = fileURLToPath(new URL('.', import.meta.url));
const rollcall = fileURLToPath(new URL('../bin/rollcall.js', import.meta.resolve('rollcall')));
const missing = ['python3', 'curl', 'sh'].find((program) => spawnSync(program, ['--version']).error !== undefined);

const registry = await startRegistry();
const env = { ...process.env, ROLLCALL_URL: registry.url };
const children = [];
after(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
  await registry.close();
});

function askTime() {
  return new Promise((resolve) => {
    const asking = spawn('sh', ['ask-time.sh'], { cwd: here, env, stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    asking.stdout.setEncoding('utf8').on('data', (part) => (said += part));
    asking.once('close', () => resolve(said));
  });
}

test(
  'a program that knows no registry is found while it runs, and not while it ends',
  { skip: missing && `${missing} not found` },
  async () => {
    const options = ['--service', 'time', '--port', 'auto', '--check', 'http:/health', '--drain', '1h'];
    const run = spawn(process.execPath, [rollcall, 'run', ...options, '--', 'python3', 'time_server.py'], {
      cwd: here,
      env,
      stdio: 'ignore',
    });
    children.push(run);
    let time = '';
    while ((time = await askTime()) === '') await sleep(20);
    assert.match(time, /^\d\d:\d\d:\d\d\n$/);

    run.kill('SIGTERM');
    while ((await askTime()) !== '') await sleep(20);
    // It drains until it is told a second time.
    assert.equal(run.exitCode, null);
    run.kill('SIGTERM');
    assert.deepEqual(await once(run, 'exit'), [0, null]);
  },
);
