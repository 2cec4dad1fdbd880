/** Who is let in: by TLS, with a certificate of one's own, or by a password. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { certificatesIn } from '../../../../test/support/certificates.js';
import { describeWith } from '../../../../test/support/program.js';
import { tally } from '../../../../test/support/echo-servers.js';
import { etcdctl, newWorld } from './etcd.fixture.js';

describeWith(['etcd', 'openssl'], 'an etcd that speaks TLS', () => {
  const world = newWorld();
  let directory = '';
  const file = (name: string): string => join(directory, name);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-grpc-tls-'));
    const make = certificatesIn(directory);
    make.selfSigned('ca', '/CN=authority');
    await make.signed('server', '/CN=etcd', 'IP:127.0.0.1');
    await make.signed('client', '/CN=shop', 'DNS:shop');
  });
  afterEach(() => world.end());
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is believed by its authority, and shown a certificate', async () => {
    const flags = {
      'cert-file': file('server.crt'),
      'key-file': file('server.key'),
      'trusted-ca-file': file('ca.crt'),
      'client-cert-auth': 'true',
    };
    const etcd = await world.start({ isEncrypted: true, flags });
    const [ca, cert, key] = await Promise.all(['ca.crt', 'client.crt', 'client.key'].map((name) => readFile(file(name))));
    const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
    const naming = world.connect(grpc, { endpoints: `https://${etcd.endpoint}`, tls });
    const registration = await naming.register('shop', '10.0.0.1:80');
    expect(await naming.list('shop')).toHaveLength(1);
    expect(await registration.deregister()).toBe(true);
    for (const one of [{ endpoints: etcd.endpoint }, { endpoints: etcd.endpoint, tls: true }]) {
      await expect(world.connect(grpc, one).list('shop')).rejects.toMatchObject({ name: 'EtcdFailure', code: 14 });
    }
  });
});

describeWith(['etcd', 'etcdctl'], 'an etcd with users', () => {
  const world = newWorld();
  afterEach(() => world.end());

  it('knows its own, also when it has forgotten its tokens, and says what is not permitted', async () => {
    const etcd = await world.start();
    const user = { name: 'shop', password: 'word' };
    const naming = world.connect(grpc, { endpoints: etcd.endpoint, user });
    naming.resolve();
    const server = await world.server(grpc, 'a');
    // Nobody is asked for a name yet.
    const registration = await naming.register('shop', `127.0.0.1:${server.port}`, { ttlSeconds: 2 });
    const shop = world.client(grpc, 'etcd:///shop');
    expect(await tally(shop, 4)).toEqual({ a: 4 });
    await etcdctl(etcd, 'user', 'add', 'root:secret');
    await etcdctl(etcd, 'user', 'grant-role', 'root', 'root');
    await etcdctl(etcd, 'role', 'add', 'shop');
    await etcdctl(etcd, 'role', 'grant-permission', 'shop', '--prefix=true', 'readwrite', 'shop/');
    await etcdctl(etcd, 'user', 'add', 'shop:word');
    await etcdctl(etcd, 'user', 'grant-role', 'shop', 'shop');
    await etcdctl(etcd, 'auth', 'enable');
    expect(await naming.list('shop')).toHaveLength(1);
    await etcd.kill();
    await etcd.startAgain();
    await etcdctl(etcd, '--user', 'root:secret', 'put', 'shop/b', `{"Addr":"127.0.0.1:1"}`);
    await expect.poll(async () => (await naming.list('shop')).length).toBe(2);
    await expect.poll(() => registration.state).toBe('registered');
    await expect(naming.list('another')).rejects.toMatchObject({
      code: 7,
      message: expect.stringContaining('permission denied') as string,
    });
    const stranger = world.connect(grpc, { endpoints: etcd.endpoint, user: { ...user, password: 'wrong' } });
    await expect(stranger.list('shop')).rejects.toThrow('authentication failed');
  });
});
