import { fromText, type Log } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { describe, expect, it } from 'vitest';
import { bytes, EtcdFixture, noOperation, putOperation, removeOperation, silent, text } from './face.fixture.js';

const keysOf = ({ kvs }: etcd.RangeResponse): readonly string[] => kvs.map(({ key }) => text(key));

describe('what etcd refuses', () => {
  const put = (more: Partial<etcd.PutRequest>) => (face: EtcdFixture) => face.put('a', '', more);
  const range = (more: Partial<etcd.RangeRequest>) => (face: EtcdFixture) => face.range('a', '', more);
  const txn = (more: Partial<etcd.TxnRequest>) => (face: EtcdFixture) => face.txn(more);
  const cases: readonly [string, (face: EtcdFixture) => Promise<unknown>, string][] = [
    ['a range of no key', (face) => face.range(''), 'INVALID_ARGUMENT: etcdserver: key is not provided'],
    ['a put of no key', (face) => face.put(''), 'INVALID_ARGUMENT: etcdserver: key is not provided'],
    ['a deletion of no key', (face) => face.remove(''), 'INVALID_ARGUMENT: etcdserver: key is not provided'],
    ['a value with one to keep', put({ value: bytes('x'), ignoreValue: true }), 'INVALID_ARGUMENT: etcdserver: value is provided'],
    ['a lease with one to keep', put({ lease: 1n, ignoreLease: true }), 'INVALID_ARGUMENT: etcdserver: lease is provided'],
    ['a value to keep of nothing', put({ ignoreValue: true }), 'INVALID_ARGUMENT: etcdserver: key not found'],
    ['a lease to keep of nothing', put({ ignoreLease: true }), 'INVALID_ARGUMENT: etcdserver: key not found'],
    ['an unknown lease', put({ lease: 7n }), 'NOT_FOUND: etcdserver: requested lease not found'],
    ['the lease before the key', put({ lease: 7n, ignoreValue: true }), 'NOT_FOUND: etcdserver: requested lease not found'],
    ['the future', range({ revision: 99 }), 'OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision'],
    ['the compacted past', range({ revision: 1 }), 'OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted'],
    ['an empty operation', txn({ success: [noOperation] }), 'INVALID_ARGUMENT: etcdserver: key not found'],
    [
      'a key twice',
      txn({ success: [putOperation('b'), putOperation('b')] }),
      'INVALID_ARGUMENT: etcdserver: duplicate key given in txn request',
    ],
    [
      'a key put and deleted',
      txn({ success: [putOperation('b'), removeOperation('a', 'c')] }),
      'INVALID_ARGUMENT: etcdserver: duplicate key given in txn request',
    ],
    [
      'too much of it',
      txn({ failure: Array.from({ length: 129 }, (_, at) => putOperation(`k${at}`)) }),
      'INVALID_ARGUMENT: etcdserver: too many operations in txn request',
    ],
    ['compacting the future', (face) => face.compact(99), 'OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision'],
    ['compacting twice', (face) => face.compact(2), 'OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted'],
    ['what is too large', (face) => face.put('a', 'x'.repeat(1536 * 1024)), 'INVALID_ARGUMENT: etcdserver: request is too large'],
    ['a lease that runs too long', (face) => face.grant(9_000_000_001), 'OUT_OF_RANGE: etcdserver: too large lease TTL'],
    [
      'a lease twice',
      async (face) => [await face.grant(10, 5n), await face.grant(10, 5n)],
      'FAILED_PRECONDITION: etcdserver: lease already exists',
    ],
  ];

  it.each(cases)('%s', async (_what, asked, refusal) => {
    const face = await EtcdFixture.open();
    await face.put('x');
    await face.put('y');
    await face.compact(2);
    expect(await face.refusal(asked(face))).toBe(refusal);
    expect(await face.range('x', 'z')).toMatchObject({ header: { revision: 3 }, count: 2 });
  });

  it('tells a fault of its own in the log, with where it happened, and what is refused nowhere', async () => {
    const told: unknown[] = [];
    const log: Log = { ...silent, error: (message, fields) => told.push([message, fields?.['reason']]) };
    const face = await EtcdFixture.open({ log });
    await face.refusal(face.put(''));
    expect(told).toEqual([]);
    expect(await face.refusal(Promise.reject(new RangeError('too deep')))).toBe(
      'INTERNAL: rollcall: a fault of its own; its log says more',
    );
    expect(told).toEqual([['a call of etcd’s failed', expect.stringMatching(/^RangeError: too deep\n +at /)]]);
  });

  it('a request of exactly so many bytes, and takes one of a byte less', async () => {
    const face = await EtcdFixture.open();
    // The key and the lengths of both fields take seven bytes, and what etcd puts round it seventeen.
    const largest = 1536 * 1024 - 7 - 17;
    await face.put('k', 'x'.repeat(largest));
    expect(await face.refusal(face.put('k', 'x'.repeat(largest + 1)))).toBe('INVALID_ARGUMENT: etcdserver: request is too large');
  });
});

describe('the keys of the registry itself', () => {
  async function withOwn(): Promise<EtcdFixture> {
    const face = await EtcdFixture.open();
    await face.store.commit({
      then: [
        { type: 'put', key: fromText('/rollcall/instances/default/a/1'), value: fromText('{}') },
        { type: 'put', key: fromText('/rollcall'), value: fromText('mark') },
      ],
    });
    for (const key of ['/a', '/rollcallx', '/s', 'z']) await face.put(key, key);
    return face;
  }

  it('are in no range that begins elsewhere', async () => {
    const face = await withOwn();
    const all = await face.range('\0', '\0');
    expect(keysOf(all)).toEqual(['/a', '/rollcallx', '/s', 'z']);
    expect(all).toMatchObject({ count: 4, more: false });
    expect(await face.range('\0', '\0', { limit: 2 })).toMatchObject({ count: 4, more: true });
    expect(keysOf(await face.range('\0', '\0', { limit: 1 }))).toEqual(['/a']);
    expect(keysOf(await face.range('/', '0', { limit: 3 }))).toEqual(['/a', '/rollcallx', '/s']);
    expect(await face.range('/', '0', { countOnly: true })).toMatchObject({ count: 3, kvs: [] });
    expect(keysOf(await face.range('/', '/rollcall/z'))).toEqual(['/a']);
    expect(keysOf(await face.range('\0', '\0', { sortOrder: 'DESCEND', limit: 1 }))).toEqual(['z']);
  });

  it('can be read by name', async () => {
    const face = await withOwn();
    expect(keysOf(await face.range('/rollcall/', '/rollcall0'))).toEqual(['/rollcall/instances/default/a/1']);
  });

  it('are deleted by nobody, and put by nobody', async () => {
    const face = await withOwn();
    const own =
      'PERMISSION_DENIED: rollcall: What lies there is the registry’s own; it is changed through the registry, and can be read here.';
    expect(await face.refusal(face.put('/rollcall/instances/default/b/1'))).toBe(own);
    expect(await face.refusal(face.remove('/rollcall/instances/default/a/1'))).toBe(own);
    expect(await face.refusal(face.remove('/rollcall/', '\0'))).toBe(own);
    expect(await face.refusal(face.txn({ failure: [putOperation('/rollcall')] }))).toBe(own);
    expect(await face.remove('\0', '\0', { prevKv: true })).toMatchObject({ deleted: 4, prevKvs: [{}, {}, {}, {}] });
    expect((await face.range('/rollcall/', '/rollcall0')).count).toBe(1);
  });

  it('are left out in transactions', async () => {
    const face = await withOwn();
    const range = { ...etcd.rangeRequest.empty, key: bytes('\0'), rangeEnd: bytes('\0'), limit: 3 };
    const { responses } = await face.txn({
      success: [
        { ...noOperation, requestRange: range },
        { ...noOperation, requestTxn: { compare: [], success: [removeOperation('/', '0')], failure: [] } },
        { ...noOperation, requestRange: { ...range, countOnly: true } },
      ],
    });
    expect(responses[0]?.responseRange).toMatchObject({ count: 4, more: true, header: { revision: 6 } });
    expect(keysOf(responses[0]?.responseRange ?? etcd.rangeResponse.empty)).toEqual(['/a', '/rollcallx', '/s']);
    expect(responses[1]?.responseTxn?.responses[0]?.responseDeleteRange).toMatchObject({ deleted: 3 });
    expect(responses[2]?.responseRange).toMatchObject({ count: 1, header: { revision: 7 } });
  });

  it('do not count where all keys are compared, as far as that can be said', async () => {
    const face = await withOwn();
    const compare = { ...etcd.compare.empty, key: bytes('\0'), rangeEnd: bytes('\0') };
    expect(await face.txn({ compare: [{ ...compare, result: 'GREATER', target: 'MOD', modRevision: -1 }] })).toMatchObject({
      succeeded: true,
    });
    expect(await face.txn({ compare: [{ ...compare, result: 'LESS', target: 'VERSION', version: 1 }] })).toMatchObject({
      succeeded: false,
    });
    const refused = face.txn({ compare: [{ ...compare, result: 'GREATER', target: 'VERSION', version: 0 }] });
    expect(await face.refusal(refused)).toMatch('INVALID_ARGUMENT: rollcall: A comparison of all keys reaches across');
  });
});

it('says who it is, and is the same again', async () => {
  const face = await EtcdFixture.open();
  const status = await face.ask('/etcdserverpb.Maintenance/Status', etcd.statusRequest, etcd.statusResponse, {});
  const { members, header } = await face.ask('/etcdserverpb.Cluster/MemberList', etcd.memberListRequest, etcd.memberListResponse, {});
  expect(members).toEqual([{ id: header.memberId, name: 'node-1', peerUrls: [], clientUrls: ['http://127.0.0.1:2379'], isLearner: false }]);
  expect(status).toMatchObject({ version: '3.6.0', storageVersion: '3.6.0', leader: header.memberId, header, errors: [] });
  expect([header.clusterId, header.memberId]).not.toContain(0n);
});

it('has a hash for what it holds', async () => {
  const hashOf = async (face: EtcdFixture, revision = 0): Promise<number> =>
    (await face.ask('/etcdserverpb.Maintenance/HashKV', etcd.hashKvRequest, etcd.hashKvResponse, { revision })).hash;
  const [one, other] = [await EtcdFixture.open(), await EtcdFixture.open()];
  for (const face of [one, other]) for (let at = 0; at < 5; at++) await face.put(`k${at}`, 'v');
  expect(await hashOf(one)).toBe(await hashOf(other));
  const before = await hashOf(one);
  await one.put('k1', 'w');
  expect(await hashOf(one)).not.toBe(before);
  expect(await hashOf(one, 6)).toBe(before);
  expect(await one.refusal(hashOf(one, 99))).toBe('OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision');
});
