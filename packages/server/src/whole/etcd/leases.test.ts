import { permissionsOf, Namespace, ServicePattern, type Caller } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { describe, expect, it } from 'vitest';
import { anyone, bytes, create, EtcdFixture, putOperation, text, type Spoken } from './face.fixture.js';

type Keeping = Spoken<etcd.LeaseIdRequest, etcd.LeaseKeepAliveResponse>;

const keeping = (face: EtcdFixture): Keeping =>
  face.open('/etcdserverpb.Lease/LeaseKeepAlive', etcd.leaseKeepAliveRequest, etcd.leaseKeepAliveResponse);
const look = (face: EtcdFixture, id: bigint): Promise<etcd.LeaseTimeToLiveResponse> =>
  face.ask('/etcdserverpb.Lease/LeaseTimeToLive', etcd.leaseTimeToLiveRequest, etcd.leaseTimeToLiveResponse, { id, keys: true });
const revoke = (face: EtcdFixture, id: bigint): Promise<etcd.HeaderOnly> =>
  face.ask('/etcdserverpb.Lease/LeaseRevoke', etcd.leaseRevokeRequest, etcd.leaseRevokeResponse, { id });

describe('a lease', () => {
  it.each([
    [-1, 2],
    [0, 2],
    [1, 2],
    [2, 2],
    [60, 60],
    [9_000_000_000, 9_000_000_000],
  ])('asked for %i seconds runs for %i', async (ttl, granted) => {
    const face = await EtcdFixture.open();
    const lease = await face.grant(ttl);
    expect(lease).toMatchObject({ ttl: granted, error: '', header: { revision: 1 } });
    expect(lease.id > 0n && lease.id < 2n ** 63n).toBe(true);
    expect(await look(face, lease.id)).toMatchObject({ ttl: granted, grantedTtl: granted, keys: [] });
  });

  it('that ends takes all that hangs on it in one revision, in order, and says what it was', async () => {
    const face = await EtcdFixture.open();
    await face.grant(10, 7n);
    for (const key of ['b', 'a', 'c']) await face.put(key, key, { lease: 7n });
    expect((await look(face, 7n)).keys.map(text)).toEqual(['a', 'b', 'c']);
    const watching = face.watching();
    await watching.say(create('\0', '\0', { prevKv: true }));
    await face.clock.advance(11_000);
    const { events, header } = watching.listener.heard.at(-1) ?? etcd.watchResponse.empty;
    expect(header.revision).toBe(5);
    expect(events.map(({ type, kv, prevKv }) => [type, text(kv.key), kv.modRevision, text(prevKv?.value ?? bytes('?'))])).toEqual([
      ['DELETE', 'a', 5, 'a'],
      ['DELETE', 'b', 5, 'b'],
      ['DELETE', 'c', 5, 'c'],
    ]);
    expect(await look(face, 7n)).toMatchObject({ ttl: -1, grantedTtl: 0, keys: [] });
    expect(await face.refusal(revoke(face, 7n))).toBe('NOT_FOUND: etcdserver: requested lease not found');
  });

  it('that is kept goes on, and one that nobody has answers 0', async () => {
    const face = await EtcdFixture.open();
    await face.grant(10, 7n);
    const stream = keeping(face);
    for (let at = 0; at < 5; at++) {
      await face.clock.advance(6_000);
      await stream.say({ id: 7n });
    }
    await stream.say({ id: 8n });
    expect(stream.listener.heard.map(({ id, ttl }) => [id, ttl])).toEqual([...Array.from({ length: 5 }, () => [7n, 10]), [8n, 0]]);
    stream.ended();
    expect(stream.listener.isEnded).toBe(true);
  });

  it('many are kept on one stream, answered in the order of the questions, also to who takes none', async () => {
    const face = await EtcdFixture.open();
    for (let id = 1n; id <= 500n; id++) await face.grant(10, id);
    const stream = keeping(face);
    stream.listener.takes = false;
    await Promise.all(Array.from({ length: 500 }, (_, at) => stream.say({ id: BigInt(at + 1) })));
    expect(stream.listener.heard.map(({ id }) => id)).toEqual(Array.from({ length: 500 }, (_, at) => BigInt(at + 1)));
  });

  it('holds a key until the key is put without it', async () => {
    const face = await EtcdFixture.open();
    await face.grant(10, 7n);
    await face.put('a', '1', { lease: 7n });
    await face.put('a', '2', { ignoreLease: true });
    expect((await face.range('a')).kvs[0]?.lease).toBe(7n);
    await face.put('a', '3');
    await revoke(face, 7n);
    expect((await face.range('a')).kvs).toMatchObject([{ lease: 0n, version: 3 }]);
  });

  it('of a node of the registry is nobody’s to revoke, and what is the registry’s own is not shown', async () => {
    const face = await EtcdFixture.open();
    for (const id of [7n, 8n]) await face.grant(10, id);
    const put = (key: string, lease: bigint) => face.store.commit({ then: [{ type: 'put', key: bytes(key), value: bytes(''), lease }] });
    await put('/rollcall/nodes/a', 7n);
    await put('/rollcall/health/default/s/1', 8n);
    await put('s/1', 8n);
    expect(await face.refusal(revoke(face, 7n))).toMatch('PERMISSION_DENIED: rollcall: This lease is that of a node');
    expect((await look(face, 8n)).keys.map(text)).toEqual(['s/1']);
    const { leases } = await face.ask('/etcdserverpb.Lease/LeaseLeases', etcd.leaseLeasesRequest, etcd.leaseLeasesResponse, {});
    expect(leases).toEqual([{ id: 8n }]);
    await revoke(face, 8n);
    expect((await face.range('/rollcall/', '/rollcall0')).count).toBe(1);
  });
});

describe('a caller who may do some things', () => {
  const patterns = (...words: readonly string[]) => words.map((word) => ServicePattern.parse(word) as ServicePattern);
  const grant = { namespaces: [Namespace.default], operate: [] };
  const may = permissionsOf({ ...grant, read: patterns('stock'), write: patterns('payments') });
  const clerk: Caller = { ...anyone, identity: 'clerk', may };
  const nobody: Caller = { ...anyone, identity: 'anonymous', may: permissionsOf({ ...grant, read: [], write: [] }) };
  const denied = 'PERMISSION_DENIED: etcdserver: permission denied';

  async function house(): Promise<EtcdFixture> {
    const face = await EtcdFixture.open();
    for (const key of ['payments/1', 'stock/1', 'plain']) await face.put(key, key);
    return face.as(clerk);
  }

  it.each([
    ['payments/', 'payments0', true, true],
    ['payments/1', '', true, true],
    ['stock/', 'stock0', true, false],
    ['plain', '', false, false],
    ['other/1', '', false, false],
    ['payments', '', false, false],
    ['payments/', 'q', false, false],
    ['payments/', '\0', false, false],
    ['\0', '\0', false, false],
  ])('%s…%s', async (key, end, reads, writes) => {
    const face = await house();
    if (reads) await face.range(key, end);
    else expect(await face.refusal(face.range(key, end))).toBe(denied);
    if (writes) await face.remove(key, end);
    else expect(await face.refusal(face.remove(key, end))).toBe(denied);
    const watching = face.watching();
    await watching.say(create(key, end));
    const { canceled, watchId, cancelReason } = watching.listener.heard[0] ?? etcd.watchResponse.empty;
    expect([canceled, watchId, cancelReason]).toEqual(reads ? [false, 0, ''] : [true, -1, 'etcdserver: permission denied']);
  });

  it('is judged by every operation of a transaction, in both branches', async () => {
    const face = await house();
    const { responses } = await face.txn({ success: [putOperation('payments/2')] });
    expect(responses).toHaveLength(1);
    expect(await face.refusal(face.txn({ success: [putOperation('payments/2')], failure: [putOperation('stock/2')] }))).toBe(denied);
    const compare = { ...etcd.compare.empty, key: bytes('plain') };
    expect(await face.refusal(face.txn({ compare: [compare], success: [putOperation('payments/2')] }))).toBe(denied);
  });

  it('revokes a lease only with the right to all that hangs on it', async () => {
    const face = await house();
    await face.grant(10, 7n);
    await face.put('payments/1', '', { lease: 7n });
    await face.as(anyone).put('plain', '', { lease: 7n });
    expect(await face.as(clerk).refusal(revoke(face, 7n))).toBe(denied);
    await face.as(anyone).put('plain');
    await revoke(face.as(clerk), 7n);
  });

  it('forgets no history, and who has said nothing is asked who it is', async () => {
    const face = await house();
    expect(await face.refusal(face.compact(3))).toBe(denied);
    expect(await face.as(nobody).refusal(face.range('payments/1'))).toBe('INVALID_ARGUMENT: etcdserver: user name is empty');
  });
});
