import { RegistryClient } from '@rollcall/client';
import { startRegistry, type EmbeddedRegistry } from 'rollcall';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openShops } from './open-shops.js';

let registry: EmbeddedRegistry;
let client: RegistryClient;

beforeAll(async () => {
  registry = await startRegistry();
  client = new RegistryClient({ url: registry.url });
});
afterAll(async () => {
  await client.close();
  await registry.close();
});

beforeEach(async () => {
  await client.register({ service: 'shop', id: 'far', host: '10.1.0.1', port: 80, zone: 'b' });
  await client.register({ service: 'shop', id: 'near', host: '10.0.0.1', port: 80, zone: 'a' });
});

it('names the nearest shop first', async () => {
  expect((await openShops(client, 'a'))[0]).toBe('10.0.0.1:80');
});

it('leaves out who is being maintained', async () => {
  await client.setMode('near', { mode: 'out', reason: 'painting' });
  expect(await openShops(client, 'a')).toEqual(['10.1.0.1:80']);
});
