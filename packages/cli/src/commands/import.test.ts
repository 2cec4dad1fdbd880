import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedRegistry, type EmbeddedRegistry } from '../../../../test/support/embedded-registry.js';
import { Typing } from '../typing.fixture.js';

let there: EmbeddedRegistry;
let here: EmbeddedRegistry;

beforeEach(async () => {
  there = await embeddedRegistry({ http: 0, dns: 'off', node: 'there' });
  here = await embeddedRegistry({ http: 0, dns: 'off', node: 'here' });
});

afterEach(async () => {
  await Promise.all([there.close(), here.close()]);
});

async function register(ID: string, status = 'passing'): Promise<void> {
  const body = JSON.stringify({ ID, Name: 'web', Port: 80, Tags: ['blue'], Check: { TTL: '60s', Status: status } });
  expect((await fetch(`${there.url}/v1/agent/service/register`, { method: 'PUT', body })).status).toBe(200);
}

async function healthHere(): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(`${here.url}/services/web/instances?health=any`);
  const { instances } = (await answer.json()) as { readonly instances: readonly { readonly id: string; readonly health: string }[] };
  return Object.fromEntries(instances.map(({ id, health }) => [id.split('@')[0] ?? '', health]));
}

describe('rollcall import consul', () => {
  it('shows here what is there, for as long as it is there, and forgets nothing over a restart', async () => {
    await register('web-1');
    await register('web-2', 'critical');
    const typing = new Typing({ url: here.url });
    const first = typing.begin('import', 'consul', there.url);
    await expect.poll(healthHere).toEqual({ 'web-1': 'passing', 'web-2': 'critical' });
    await register('web-3');
    await fetch(`${there.url}/v1/agent/check/pass/service:web-2`, { method: 'PUT' });
    await expect.poll(healthHere).toEqual({ 'web-1': 'passing', 'web-2': 'passing', 'web-3': 'passing' });
    first.stop();
    expect((await first.ended).code).toBe(0);
    await fetch(`${there.url}/v1/agent/service/deregister/web-1`, { method: 'PUT' });
    const again = await typing.run('import', 'consul', there.url, '--once', '--json');
    expect(again.code).toBe(0);
    expect(await healthHere()).toEqual({ 'web-2': 'passing', 'web-3': 'passing' });
    // What was copied is not copied back, so that nothing grows.
    const back = await new Typing({ url: there.url }).run('import', 'consul', here.url, '--once');
    expect(back.complaints).toContain('0 instances are here');
  });

  it('refuses what makes no sense', async () => {
    const typing = new Typing({ url: here.url });
    expect((await typing.run('import', 'etcd', there.url)).code).toBe(2);
    expect((await typing.run('import', 'consul')).code).toBe(2);
    expect((await typing.run('import', 'consul', 'ftp://x')).code).toBe(2);
    expect(await typing.run('import', 'consul', here.url, '--once')).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('same registry') as string,
    });
    expect((await typing.run('import', 'consul', 'http://127.0.0.1:1', '--once')).code).toBe(4);
  });
});
