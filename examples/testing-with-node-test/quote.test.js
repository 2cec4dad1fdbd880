/** Each test has a registry of its own: they can run at the same time and share nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { startRegistry } from 'rollcall';
import { quote } from './quote.js';

test('asks the shop that is in rotation', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const shop = createServer((_request, response) => response.end('42')).listen(0, '127.0.0.1');
  t.after(() => shop.close());
  await once(shop, 'listening');

  const body = JSON.stringify({ service: 'shop', host: '127.0.0.1', port: shop.address().port });
  await fetch(`${registry.url}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  assert.equal(await quote(registry.url, 'tea'), 42);
});

test('says that no shop is open', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  await assert.rejects(quote(registry.url, 'tea'), /no shop is open/);
});
