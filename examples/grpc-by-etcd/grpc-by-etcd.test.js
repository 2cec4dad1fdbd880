/** Programs of their own, beside a registry whose etcd door is open. A real etcd would do as well. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';

const children = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(args, env = {}) {
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function lineOf({ lines }, fits) {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error('It ended.');
    if (fits(value)) return value;
  }
}

test('whoever registers is called, and whoever goes is not', async () => {
  const bin = createRequire(import.meta.url)
    .resolve('rollcall/package.json')
    .replace('package.json', 'bin/rollcall.js');
  const registry = start([bin, 'serve', '--store', 'memory', '--http', '0', '--dns', 'off', '--etcd', '0']);
  const ready = JSON.parse(await lineOf(registry, (line) => line.includes('"ready"')));
  const env = { ETCD: ready.doors.etcd, PAUSE_MS: '10' };

  const client = start(['client.js'], env);
  assert.equal(await lineOf(client, () => true), 'greeter: etcd has no endpoint under greeter/.');
  const [first, second] = [start(['server.js'], env), start(['server.js'], env)];
  for (const { child } of [first, second]) assert.ok(await lineOf(client, (line) => line.endsWith(`says process ${child.pid}`)));

  first.child.kill('SIGTERM');
  await once(first.child, 'exit');
  const other = await (await fetch(`http://${ready.doors.http}/services/greeter/instances`)).json();
  assert.equal(other.instances.length, 1);
  for (let calls = 0; calls < 20; calls++) {
    const line = await lineOf(client, () => true);
    if (calls >= 10) assert.equal(line, `hello world, says process ${second.child.pid}`);
  }
});
