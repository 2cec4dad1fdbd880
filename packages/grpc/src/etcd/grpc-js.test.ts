/** Channels that find their servers in a real etcd, by every version of grpc-js that there is a promise for. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdProcess } from '../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../test/support/program.js';
import { tally, type EchoClient, type EchoServer } from '../../../../test/support/echo-servers.js';
import { versions } from '../versions.fixture.js';
import { etcdctl, newWorld, type World } from './etcd.fixture.js';
import type { EtcdNaming } from './index.js';

describeWith(['etcd', 'etcdctl'], 'etcd:///', () => {
  const etcds = newWorld();
  let etcd: EtcdProcess;
  beforeAll(async () => {
    etcd = await etcds.start();
  });
  afterAll(() => etcds.end());

  describe.each(versions)('grpc-js %s', (_version, grpc) => {
    let world: World;
    let naming: EtcdNaming;

    beforeEach(() => {
      world = newWorld();
      naming = world.connect(grpc, { endpoints: etcd.endpoint });
      naming.resolve();
    });
    afterEach(async () => {
      await world.end();
      await etcdctl(etcd, 'del', '', '--from-key');
    });

    const servers = (...names: readonly string[]): Promise<readonly EchoServer[]> =>
      Promise.all(names.map((name) => world.server(grpc, name)));
    const added = async (server: EchoServer | undefined, service = 'shop'): Promise<void> => {
      await naming.add(service, `127.0.0.1:${server?.port}`);
    };

    it('calls all of a service in turn, and follows every change', async () => {
      const [a, b] = await servers('a', 'b');
      await added(a);
      const shop = world.client(grpc, 'etcd:///shop');
      expect(await shop.who()).toBe('a');
      await added(b);
      await expect.poll(() => tally(shop, 20)).toEqual({ a: 10, b: 10 });
      await naming.delete('shop', `127.0.0.1:${a?.port}`);
      await expect.poll(() => tally(shop, 4)).toEqual({ b: 4 });
    });

    it('says that nobody is there, before and after somebody was', async () => {
      const shop = world.client(grpc, 'etcd:///shop');
      const nobody = { code: 14, details: expect.stringContaining('etcd has no endpoint under shop/') as string };
      await expect(shop.who()).rejects.toMatchObject(nobody);
      const [a] = await servers('a');
      const registration = await naming.register('shop', `127.0.0.1:${a?.port}`);
      await expect.poll(() => shop.who().catch(() => '')).toBe('a');
      expect(await registration.deregister()).toBe(true);
      await expect.poll(() => shop.who().catch((error: unknown) => String(error))).toContain('no endpoint under shop/');
    });

    it('reads names of several parts, encoded or not, and calls the other end by the last', async () => {
      const [a] = await servers('a');
      await added(a, 'team/shop floor');
      expect(await world.client(grpc, 'etcd:///team/shop%20floor').who()).toBe('a');
      expect(await world.client(grpc, 'etcd://whoever/team/shop floor').who()).toBe('a');
      expect(() => world.client(grpc, 'etcd:///')).toThrow('names no service');
    });

    it('keeps the prefix of one service apart from that of another', async () => {
      const [a, b] = await servers('a', 'b');
      await added(a, 'foo');
      await added(b, 'foo-other');
      expect(await tally(world.client(grpc, 'etcd:///foo'), 6)).toEqual({ a: 6 });
    });

    it('reads what others write, weighs what says its weight, and skips what is no endpoint', async () => {
      const [a, b] = await servers('a', 'b');
      await etcdctl(etcd, 'put', 'shop/x', `{"addr":"127.0.0.1:${a?.port}","metadata":{"weight":3}}`);
      await etcdctl(etcd, 'put', 'shop/y', `{"Op":0,"Addr":"127.0.0.1:${b?.port}"}`);
      await etcdctl(etcd, 'put', 'shop/y-again', `{"Op":0,"Addr":"127.0.0.1:${b?.port}"}`);
      await etcdctl(etcd, 'put', 'shop/leader', 'not for you');
      await etcdctl(etcd, 'put', 'shop/flag', '{"on":true}');
      const shop = world.client(grpc, 'etcd:///shop');
      await expect.poll(() => tally(shop, 40)).toEqual({ a: 30, b: 10 });
      await etcdctl(etcd, 'put', 'shop/x', 'gone mad');
      await expect.poll(() => tally(shop, 4)).toEqual({ b: 4 });
    });

    it('says that nobody can be called without a port', async () => {
      await etcdctl(etcd, 'put', 'shop/1.2.3.4', '{"Addr":"1.2.3.4","Metadata":"..."}');
      const details = expect.stringContaining('none of its 1 instances has a host and a port') as string;
      await expect(world.client(grpc, 'etcd:///shop').who()).rejects.toMatchObject({ code: 14, details });
    });

    it('leaves a channel its own service config', async () => {
      const [a, b] = await servers('a', 'b');
      await added(a);
      await added(b);
      const own = JSON.stringify({ loadBalancingConfig: [{ pick_first: {} }], methodConfig: [] });
      expect(Object.values(await tally(world.client(grpc, 'etcd:///shop', { 'grpc.service_config': own }), 10))).toEqual([10]);
    });

    it('begins anew when an idle channel is called again', async () => {
      const [a, b] = await servers('a', 'b');
      await added(a);
      const shop: EchoClient = world.client(grpc, 'etcd:///shop', { 'grpc.client_idle_timeout_ms': 1000 });
      expect(await shop.who()).toBe('a');
      await added(b);
      await naming.delete('shop', `127.0.0.1:${a?.port}`);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await expect.poll(() => tally(shop, 4)).toEqual({ b: 4 });
    });

    it('says that no etcd answers, where it never did', async () => {
      world.connect(grpc, { endpoints: ['127.0.0.1:1', '127.0.0.1:2'] }).resolve({ scheme: 'lost' });
      const details = expect.stringContaining('etcd does not answer') as string;
      await expect(world.client(grpc, 'lost:///shop').who()).rejects.toMatchObject({ code: 14, details });
    });
  });
});
