import { RegistryClient } from '@rollcall/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedRegistry, type EmbeddedRegistry } from '../../../../test/support/embedded-registry.js';
import { Typing } from '../typing.fixture.js';

let registry: EmbeddedRegistry;
let client: RegistryClient;
let typing: Typing;
beforeEach(async () => {
  registry = await embeddedRegistry();
  client = new RegistryClient({ url: registry.url });
  typing = new Typing({ url: registry.url });
});
afterEach(async () => {
  await client.close();
  await registry.close();
});

describe('rollcall check', () => {
  it('puts one, changes it, and removes it', async () => {
    await client.register({ service: 'payments', id: 'one', host: '127.0.0.1', port: 9, ttl: '1h' });
    const put = await typing.run('check', 'put', 'one', 'port', 'tcp', '--interval', '1h', '--failures', '2');
    expect(put).toEqual({ code: 0, output: '', complaints: 'The check port of one of payments is made from now on.\n' });
    expect((await client.instance('one')).checks).toMatchObject([{ name: 'port', type: 'tcp', interval: '1h', failuresBeforeCritical: 2 }]);
    expect(JSON.parse((await typing.run('check', 'put', 'one', 'port', 'http:/up', '--timeout', '1s', '--json')).output)).toMatchObject({
      checks: [{ name: 'port', type: 'http', path: '/up', timeout: '1s' }],
    });
    expect((await typing.run('check', 'remove', 'one', 'port')).complaints).toBe('The check port of one is removed.\n');
    expect((await client.instance('one')).checks).toBeUndefined();
    const again = await typing.run('check', 'remove', 'one', 'port');
    expect([again.code, again.complaints]).toEqual([3, expect.stringMatching(/no check of the name "port".*rollcall why ID/s)]);
    expect(again.complaints).not.toContain('rollcall services');
    expect((await typing.run('check', 'put', 'nobody', 'port', 'tcp')).code).toBe(3);
  });

  it('says what the registry does not take', async () => {
    await client.register({ service: 'payments', id: 'one' });
    expect((await typing.run('check', 'put', 'one', 'port', 'tcp')).complaints).toContain('host');
    expect((await typing.run('check', 'put', 'one', 'heartbeat', 'tcp:80')).complaints).toContain('heartbeat');
    const slow = await typing.run('check', 'put', 'one', 'port', 'tcp:80', '--interval', '2s', '--timeout', '3s');
    expect([slow.code, slow.complaints]).toEqual([1, expect.stringContaining('timeout is 3s; allowed is at most its interval, 2s')]);
  });

  it.each([
    [['check'], /What to do is missing/],
    [['check', 'drop', 'x', 'y'], /"drop"; allowed is one of put, remove/],
    [['check', 'put'], /id is missing/],
    [['check', 'put', 'x'], /name of the check is missing/],
    [['check', 'put', 'x', 'y'], /Say what to ask, once/],
    [['check', 'put', 'x', 'y', 'tcp', '--file', 'f'], /Say what to ask, once/],
    [['check', 'put', 'x', 'y', 'icmp'], /"icmp"; allowed is http/],
    [['check', 'put', 'x', 'y', '--file', 'none.json'], /none.json cannot be read/],
    [['check', 'remove', 'x', 'y', 'tcp'], /no "tcp"/],
    [['check', 'put', 'x', 'y', 'tcp', '--interval', '10'], /--interval is "10"/],
  ])('refuses %j', async (args, complaint) => {
    const typed = await typing.run(...args);
    expect(typed.code).toBe(2);
    expect(typed.complaints).toMatch(complaint);
  });
});
