/** The client for etcd that is most in use in Node, beside an etcd: what it does there it does here. */
import { Etcd3, EtcdLeaseInvalidError, EtcdLockFailedError } from 'etcd3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { realEtcd, registryWithEtcdDoor, type Subject } from './subjects.js';

const subjects = [
  { name: 'an etcd', start: realEtcd },
  { name: 'a registry', start: registryWithEtcdDoor },
] as const;

describeWith(['etcd'], 'npm’s etcd3', () => {
  describe.each(subjects)('with $name', ({ start }) => {
    let subject: Subject;
    const clients: Etcd3[] = [];
    const connect = (): Etcd3 => {
      const client = new Etcd3({ hosts: `http://${subject.endpoint}` });
      clients.push(client);
      return client;
    };

    beforeAll(async () => {
      subject = await start();
    });
    afterEach(async () => {
      await clients[0]?.delete().all();
      for (const client of clients.splice(0)) client.close();
    });
    afterAll(() => subject.stop());

    it('puts, reads, counts and deletes', async () => {
      const client = connect();
      await client.put('shop/b').value('2');
      await client.put('shop/a').value(JSON.stringify({ one: 1 }));
      await client.put('stop').value('x');
      expect(await client.get('shop/a').json()).toEqual({ one: 1 });
      expect(await client.get('nowhere')).toBeNull();
      expect(await client.getAll().prefix('shop/').keys()).toEqual(['shop/a', 'shop/b']);
      expect(await client.getAll().prefix('shop/').sort('Value', 'Descend').strings()).toEqual({ 'shop/b': '2', 'shop/a': '{"one":1}' });
      expect(await client.getAll().count()).toBe(3);
      const before = await client.put('shop/b').value('3').getPrevious();
      expect(before?.value.toString()).toBe('2');
      expect(await client.delete().prefix('shop/')).toMatchObject({ deleted: '2' });
      expect(await client.getAll().keys()).toEqual(['stop']);
    });

    it('decides in transactions', async () => {
      const client = connect();
      const put = (value: string): Promise<{ succeeded: boolean }> =>
        client.if('once', 'Create', '==', 0).then(client.put('once').value(value)).else(client.get('once')).commit();
      expect(await put('first')).toMatchObject({ succeeded: true });
      const again = await put('second');
      expect(again).toMatchObject({ succeeded: false });
      expect(await client.get('once')).toBe('first');
      await Promise.all(
        Array.from({ length: 4 }, () =>
          client.stm({ retries: 20 }).transact(async (all) => {
            await all.put('count').value(Number(await all.get('count')) + 1);
          }),
        ),
      );
      expect(await client.get('count').number()).toBe(4);
    });

    it('watches, and is told what was before', async () => {
      const client = connect();
      const told: string[] = [];
      const watcher = await client.watch().prefix('seen/').withPreviousKV().create();
      const text = (bytes: Buffer | undefined): string => bytes?.toString() ?? 'nothing';
      watcher.on('put', ({ key, value }, before) => told.push(`put ${text(key)}=${text(value)} after ${text(before?.value)}`));
      watcher.on('delete', ({ key }, before) => told.push(`delete ${text(key)} after ${text(before?.value)}`));
      await client.put('seen/a').value('1');
      await client.put('seen/a').value('2');
      await client.put('unseen').value('x');
      await client.delete().key('seen/a');
      await expect.poll(() => told).toEqual(['put seen/a=1 after nothing', 'put seen/a=2 after 1', 'delete seen/a after 2']);
      await watcher.cancel();
    });

    it('keeps what hangs on a lease until it is let go', async () => {
      const client = connect();
      const lease = client.lease(2);
      await lease.put('leased/a').value('x');
      await new Promise((resolve) => setTimeout(resolve, 3500));
      expect(await client.getAll().prefix('leased/').strings()).toEqual({ 'leased/a': 'x' });
      const other = client.lease(2);
      const lost = new Promise((resolve) => other.on('lost', resolve));
      await client.leaseClient.leaseRevoke({ ID: await other.grant() });
      await lease.revoke();
      expect(await client.getAll().prefix('leased/').count()).toBe(0);
      expect(await lost).toBeInstanceOf(EtcdLeaseInvalidError);
    });

    it('locks, and elects', async () => {
      const [one, other] = [connect(), connect()];
      const lock = one.lock('lock').ttl(5);
      await lock.acquire();
      await expect(other.lock('lock').acquire()).rejects.toBeInstanceOf(EtcdLockFailedError);
      await lock.release();
      await other.lock('lock').do(() => undefined);
      const first = one.election('leader', 5).campaign('first');
      await new Promise((resolve) => first.on('elected', () => resolve(undefined)));
      const second = other.election('leader', 5).campaign('second');
      const won = new Promise((resolve) => second.on('elected', () => resolve('second')));
      expect(await other.election('leader').leader()).toBe('first');
      await first.resign();
      expect(await won).toBe('second');
      await second.resign();
    });

    it('knows refusals by their words', async () => {
      const client = connect();
      await expect(client.put('x').value('y').lease('12345')).rejects.toBeInstanceOf(EtcdLeaseInvalidError);
      await expect(client.get('x').revision('100000')).rejects.toThrow('required revision is a future revision');
    });
  });
});
