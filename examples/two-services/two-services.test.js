/** The two as programs of their own, beside a registry within this one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRegistry } from 'rollcall';

const registry = await startRegistry();
const children = [];
after(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await registry.close();
});

/** Answers where it listens. */
async function start(program) {
  const env = { ...process.env, ROLLCALL_URL: registry.url, BEAT_MS: '50' };
  const child = spawn(process.execPath, [program], { cwd: new URL('.', import.meta.url), env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return { child, url: /http\S+/.exec(String(line))[0] };
}

async function listed(service) {
  return (await (await fetch(`${registry.url}/services/${service}/instances`)).json()).instances;
}

test('the shop finds payments, wherever they are, and as soon as they are there', async () => {
  const shop = await start('shop.js');
  assert.equal((await fetch(shop.url)).status, 503);

  const first = await start('payments.js');
  assert.equal(await (await fetch(shop.url)).text(), `sold; paid, says process ${first.child.pid}\n`);

  first.child.kill('SIGTERM');
  await once(first.child, 'exit');
  const second = await start('payments.js');
  assert.equal(await (await fetch(shop.url)).text(), `sold; paid, says process ${second.child.pid}\n`);
});

test('who is told that nobody knows it registers again', async () => {
  const [payments] = await listed('payments');
  await fetch(`${registry.url}/instances/${payments.id}`, { method: 'DELETE' });
  while ((await listed('payments')).length === 0) await sleep(10);
});
