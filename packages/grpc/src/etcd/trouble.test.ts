/** An etcd that is away, forgets, is replaced or takes things away, and who follows or is registered there. */
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { startEtcds } from '../../../../test/support/etcd-process.js';
import { freePorts } from '../../../../test/support/free-ports.js';
import { describeWith } from '../../../../test/support/program.js';
import { tally } from '../../../../test/support/echo-servers.js';
import { etcdctl, newWorld } from './etcd.fixture.js';
import type { EtcdNaming, EtcdRegistrationState } from './index.js';

/** As short as etcd has it, so that nothing here takes long. */
const ttlSeconds = 2;

describeWith(['etcd', 'etcdctl'], 'an etcd in trouble', () => {
  const world = newWorld();
  afterEach(() => world.end());

  const addresses = async (naming: EtcdNaming): Promise<readonly string[]> =>
    (await naming.list('shop').catch(() => [])).map(({ address }) => address).toSorted();

  describe('whoever follows', () => {
    it('keeps its list while it is away, and reads anew when it is back, whatever it has forgotten', async () => {
      const etcd = await world.start();
      const [a, b] = [await world.server(grpc, 'a'), await world.server(grpc, 'b')];
      const naming = world.connect(grpc, { endpoints: etcd.endpoint });
      naming.resolve();
      await naming.add('shop', `127.0.0.1:${a.port}`);
      const shop = world.client(grpc, 'etcd:///shop');
      expect(await tally(shop, 4)).toEqual({ a: 4 });
      await etcd.kill();
      expect(await tally(shop, 10)).toEqual({ a: 10 });
      await etcd.startAgain();
      await etcdctl(etcd, 'put', 'shop/b', `{"Addr":"127.0.0.1:${b.port}"}`);
      await etcdctl(etcd, 'del', `shop/127.0.0.1:${a.port}`);
      const [, revision = ''] = /"revision":(\d+)/.exec(await etcdctl(etcd, 'get', 'shop', '--write-out=json')) ?? [];
      await etcdctl(etcd, 'compact', revision);
      await expect.poll(() => tally(shop, 4)).toEqual({ b: 4 });
    });

    it('believes another etcd that stands where one was', async () => {
      const [port] = await freePorts(1);
      const [first] = await startEtcds(1, [port ?? 0]);
      const [a, b] = [await world.server(grpc, 'a'), await world.server(grpc, 'b')];
      const naming = world.connect(grpc, { endpoints: `127.0.0.1:${port}` });
      naming.resolve();
      for (let many = 0; many < 5; many++) await naming.add('shop', `127.0.0.1:${a.port}`);
      const shop = world.client(grpc, 'etcd:///shop');
      expect(await shop.who()).toBe('a');
      await first?.end();
      const [second] = await startEtcds(1, [port ?? 0]);
      await naming.add('shop', `127.0.0.1:${b.port}`);
      await expect.poll(() => tally(shop, 4)).toEqual({ b: 4 });
      await naming.close();
      await second?.end();
    });

    it('goes to another member where one is killed', async () => {
      const members = await world.startMany(3);
      const endpoints = members.map(({ endpoint }) => endpoint);
      const [a, b] = [await world.server(grpc, 'a'), await world.server(grpc, 'b')];
      // Each begins with a member of its choice: together they ask all of them.
      const namings = Array.from({ length: 5 }, () => world.connect(grpc, { endpoints }));
      await namings[0]?.add('shop', `127.0.0.1:${a.port}`);
      const clients = namings.map((naming, at) => {
        naming.resolve({ scheme: `etcd-${at}` });
        return world.client(grpc, `etcd-${at}:///shop`);
      });
      for (const client of clients) expect(await client.who()).toBe('a');
      await members[0]?.kill();
      await namings[1]?.add('shop', `127.0.0.1:${b.port}`);
      for (const client of clients) await expect.poll(() => tally(client, 4).catch(() => ({}))).toEqual({ a: 2, b: 2 });
    });
  });

  describe('whoever is registered', () => {
    it('comes back where its lease was lost, and where its key was deleted', async () => {
      const etcd = await world.start();
      const naming = world.connect(grpc, { endpoints: etcd.endpoint });
      const turns: EtcdRegistrationState[] = [];
      const registration = await naming.register('shop', '10.0.0.1:80', { ttlSeconds, onState: (state) => turns.push(state) });
      expect(JSON.parse(await etcdctl(etcd, 'get', '--print-value-only', registration.key))).toEqual({
        Op: 0,
        Addr: '10.0.0.1:80',
        Metadata: null,
      });
      const [lease = ''] = (await etcdctl(etcd, 'lease', 'list')).split('\n').slice(-1);
      await etcdctl(etcd, 'lease', 'revoke', lease);
      await expect.poll(() => turns).toEqual(['registered', 'away', 'registered']);
      expect(await addresses(naming)).toEqual(['10.0.0.1:80']);
      await etcdctl(etcd, 'del', registration.key);
      expect(await addresses(naming)).toEqual([]);
      await expect.poll(() => addresses(naming)).toEqual(['10.0.0.1:80']);
    });

    it('comes back where etcd was away for longer than its lease, or lost everything', async () => {
      const [port] = await freePorts(1);
      const [first] = await startEtcds(1, [port ?? 0]);
      const naming = world.connect(grpc, { endpoints: `127.0.0.1:${port}` });
      await naming.register('shop', '10.0.0.1:80', { ttlSeconds });
      await naming.register('shop', { address: '10.0.0.2:80', id: 'two', metadata: { zone: 'x' } }, { ttlSeconds });
      await first?.end();
      const late = await naming.register('shop', '10.0.0.3:80', { ttlSeconds, start: 'background' });
      expect(late.state).toBe('away');
      await expect(naming.register('shop', '10.0.0.4:80')).rejects.toThrow('etcd does not answer');
      const [second] = await startEtcds(1, [port ?? 0]);
      await expect.poll(() => addresses(naming)).toEqual(['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80']);
      expect(await naming.list('shop')).toContainEqual({ key: 'shop/two', address: '10.0.0.2:80', metadata: { zone: 'x' } });
      await naming.close();
      expect(await etcdctl({ endpoint: `127.0.0.1:${port}` }, 'get', '', '--from-key')).toBe('');
      await second?.end();
    });

    it('leaves its key to whoever wrote it since, and takes it back when that one goes', async () => {
      const etcd = await world.start();
      const naming = world.connect(grpc, { endpoints: etcd.endpoint });
      const registration = await naming.register('shop', { address: '10.0.0.1:80', id: 'one' }, { ttlSeconds });
      await etcdctl(etcd, 'put', 'shop/one', '{"Addr":"10.0.0.2:80"}');
      await expect.poll(() => registration.state).toBe('replaced');
      expect(await addresses(naming)).toEqual(['10.0.0.2:80']);
      await etcdctl(etcd, 'del', 'shop/one');
      await expect.poll(() => registration.state).toBe('registered');
      expect(await addresses(naming)).toEqual(['10.0.0.1:80']);
    });

    it('stays for as long as it is kept', async () => {
      const etcd = await world.start();
      const naming = world.connect(grpc, { endpoints: etcd.endpoint });
      await naming.register('shop', '10.0.0.1:80', { ttlSeconds });
      const until = Date.now() + 2 * ttlSeconds * 1000;
      while (Date.now() < until) {
        expect(await addresses(naming)).toEqual(['10.0.0.1:80']);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
  });
});
