/** Who is let in at the etcd door, and how far: by a user's name with a token for password, or by the token itself. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import { connectEtcd, type EtcdNaming, type EtcdOptions } from '@rollcall/grpc/etcd';
import { Etcd3 } from 'etcd3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { registryWithEtcdDoor, type RegistrySubject } from './subjects.js';

const tokens = `
tokens:
  - { name: shop, token: the-token-of-the-shop, read: '*', write: [shop] }
  - { name: operator, token: the-operators-own-token, operate: '*' }
`;

describeWith(['etcdctl'], 'an etcd door that is kept', () => {
  let registry: RegistrySubject;
  let directory: string;
  const namings: EtcdNaming[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-interop-tokens-'));
    const tokenFile = join(directory, 'tokens.yaml');
    await writeFile(tokenFile, tokens, { mode: 0o600 });
    registry = await registryWithEtcdDoor({ tokenFile });
  });
  afterAll(async () => {
    for (const naming of namings) await naming.close();
    await registry.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const connect = (options: EtcdOptions): EtcdNaming => {
    const naming = connectEtcd(grpc, { endpoints: registry.endpoint, ...options });
    namings.push(naming);
    return naming;
  };
  const etcdctl = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, ETCDCTL_API: '3' };
    return (await promisify(execFile)('etcdctl', [`--endpoints=${registry.endpoint}`, ...args], { env })).stdout;
  };

  it.each([
    ['a user', { user: { name: 'shop', password: 'the-token-of-the-shop' } }],
    ['a token', { token: 'the-token-of-the-shop' }],
  ])('knows %s of Node, who registers what is its own and nothing else', async (_name, options) => {
    const naming = connect(options);
    const registration = await naming.register('shop', '10.0.0.1:80', { ttlSeconds: 2 });
    expect(await naming.list('shop')).toMatchObject([{ address: '10.0.0.1:80' }]);
    await expect(naming.register('pay', '10.0.0.2:80')).rejects.toMatchObject({ name: 'EtcdFailure', code: 7 });
    expect(await naming.list('pay')).toEqual([]);
    // It is kept, and goes, by the same right.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(registration.state).toBe('registered');
    expect(await registration.deregister()).toBe(true);
    expect(await naming.list('shop')).toEqual([]);
  });

  it('knows users of etcdctl and of npm’s etcd3', async () => {
    await etcdctl('--user=operator:the-operators-own-token', 'put', 'shop/x', '{"Addr":"10.0.0.3:80"}');
    expect(await etcdctl('--user=shop:the-token-of-the-shop', 'get', 'shop/x', '--print-value-only')).toContain('10.0.0.3');
    const client = new Etcd3({ hosts: `http://${registry.endpoint}`, auth: { username: 'shop', password: 'the-token-of-the-shop' } });
    expect(await client.get('shop/x').json()).toEqual({ Addr: '10.0.0.3:80' });
    await client.delete().key('shop/x');
    client.close();
  });

  it('lets in nobody else, and says why', async () => {
    await expect(connect({}).list('shop')).rejects.toMatchObject({ name: 'EtcdFailure' });
    await expect(connect({ user: { name: 'shop', password: 'wrong' } }).list('shop')).rejects.toThrow('authentication failed');
    await expect(connect({ token: 'no-token-that-anybody-knows' }).list('shop')).rejects.toMatchObject({ code: 16 });
    await expect(etcdctl('get', 'shop/x')).rejects.toThrow('etcdserver: user name is empty');
  });
});
