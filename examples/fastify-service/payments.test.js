/** The app in this process, beside a registry in this process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryClient } from '@rollcall/client';
import { startRegistry } from 'rollcall';
import { paymentsApp } from './payments.js';

async function together(t, options = {}) {
  const registry = await startRegistry();
  const client = new RegistryClient({ url: registry.url });
  const app = paymentsApp({ url: registry.url, ...options });
  t.after(async () => {
    await app.close();
    await client.close();
    await registry.close();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, client, found: async () => (await client.instances('payments')).instances };
}

async function until(holds) {
  while (!(await holds())) await sleep(5);
}

test('is found where it listens, and answers there', async (t) => {
  const { found } = await together(t);
  await until(async () => (await found()).length === 1);
  const [{ host, port }] = await found();
  assert.deepEqual(await (await fetch(`http://${host}:${port}`)).json(), { paid: true });
});

test('has left when it is closed', async (t) => {
  const { app, found } = await together(t);
  await until(async () => (await found()).length === 1);
  await app.close();
  assert.deepEqual(await found(), []);
});

test('beats, and comes back when the registry has forgotten it', async (t) => {
  const { client, found } = await together(t, { ttl: '200ms' });
  await until(async () => (await found()).length === 1);
  const [{ id }] = await found();
  await client.deregister(id);
  await until(async () => (await found()).length === 1);
});
