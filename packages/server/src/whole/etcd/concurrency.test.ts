import { etcd } from '@rollcall/wire';
import { describe, expect, it } from 'vitest';
import { bytes, EtcdFixture, text, type Spoken } from './face.fixture.js';

const lock = (face: EtcdFixture, name: string, lease: bigint): Promise<etcd.LockResponse> =>
  face.ask('/v3lockpb.Lock/Lock', etcd.lockRequest, etcd.lockResponse, { name: bytes(name), lease });
const unlock = (face: EtcdFixture, key: Uint8Array): Promise<etcd.HeaderOnly> =>
  face.ask('/v3lockpb.Lock/Unlock', etcd.unlockRequest, etcd.unlockResponse, { key });
const campaign = (face: EtcdFixture, lease: bigint, value: string): Promise<etcd.CampaignResponse> =>
  face.ask('/v3electionpb.Election/Campaign', etcd.campaignRequest, etcd.campaignResponse, {
    name: bytes('e'),
    lease,
    value: bytes(value),
  });
const leader = (face: EtcdFixture): Promise<etcd.LeaderResponse> =>
  face.ask('/v3electionpb.Election/Leader', etcd.leaderRequest, etcd.leaderResponse, { name: bytes('e') });
const proclaim = (face: EtcdFixture, of: etcd.LeaderKey, value: string): Promise<etcd.HeaderOnly> =>
  face.ask('/v3electionpb.Election/Proclaim', etcd.proclaimRequest, etcd.proclaimResponse, { leader: of, value: bytes(value) });
const resign = (face: EtcdFixture, of: etcd.LeaderKey): Promise<etcd.HeaderOnly> =>
  face.ask('/v3electionpb.Election/Resign', etcd.resignRequest, etcd.resignResponse, { leader: of });

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((later) => setImmediate(later));
}

async function open(): Promise<EtcdFixture> {
  const face = await EtcdFixture.open();
  for (const id of [1n, 2n, 0xabcn]) await face.grant(30, id);
  return face;
}

describe('a lock', () => {
  it('is held by one at a time, in the order of coming', async () => {
    const face = await open();
    const first = await lock(face, 'l', 0xabcn);
    expect(text(first.key)).toBe('l/abc');
    const order: string[] = [];
    const second = lock(face, 'l', 1n).then(({ key }) => {
      order.push('second');
      return key;
    });
    await turns();
    const third = lock(face, 'l', 2n).then(() => order.push('third'));
    await turns();
    expect(order).toEqual([]);
    await unlock(face, first.key);
    await turns();
    expect(order).toEqual(['second']);
    await unlock(face, await second);
    await third;
    expect(order).toEqual(['second', 'third']);
  });

  it('is held again by who holds it', async () => {
    const face = await open();
    const { key } = await lock(face, 'l', 1n);
    expect((await lock(face, 'l', 1n)).key).toEqual(key);
  });

  it('goes on to the next when its holder’s lease ends, and who lost his own in the queue is told', async () => {
    const face = await open();
    await lock(face, 'l', 1n);
    const second = lock(face, 'l', 2n);
    await turns();
    await face.clock.advance(20_000);
    await face.store.keepLease(2n);
    await face.clock.advance(12_000);
    expect(text((await second).key)).toBe('l/2');
  });

  it('lost while waiting says so', async () => {
    const face = await open();
    const { key } = await lock(face, 'l', 1n);
    const second = face.refusal(lock(face, 'l', 2n));
    await turns();
    await face.store.revokeLease(2n);
    await unlock(face, key);
    expect(await second).toBe('UNKNOWN: mutex: session is expired');
  });

  it('without a lease gets one of its own', async () => {
    const face = await open();
    const { key } = await lock(face, 'l', 0n);
    const { kvs } = await face.range(text(key));
    expect(await face.store.lease(kvs[0]?.lease ?? 0n)).toMatchObject({ ttlMs: 60_000 });
  });
});

describe('an election', () => {
  it('is led by the first, who proclaims, until he resigns', async () => {
    const face = await open();
    expect(await face.refusal(leader(face))).toBe('UNKNOWN: election: no leader');
    const first = await campaign(face, 1n, 'one');
    const second = campaign(face, 2n, 'two');
    await turns();
    expect(text((await leader(face)).kv?.value ?? bytes('?'))).toBe('one');
    await proclaim(face, first.leader, 'one more');
    expect(text((await leader(face)).kv?.value ?? bytes('?'))).toBe('one more');
    await resign(face, first.leader);
    expect((await second).leader).toMatchObject({ lease: 2n });
    expect(text((await leader(face)).kv?.value ?? bytes('?'))).toBe('two');
    expect(await face.refusal(proclaim(face, first.leader, 'x'))).toBe('UNKNOWN: election: not leader');
  });

  it('is observed: who leads, and what is proclaimed', async () => {
    const face = await open();
    const stream: Spoken<etcd.LeaderRequest, etcd.LeaderResponse> = face.open(
      '/v3electionpb.Election/Observe',
      etcd.leaderRequest,
      etcd.leaderResponse,
    );
    await stream.say({ name: bytes('e') });
    const first = await campaign(face, 1n, 'one');
    await turns();
    await proclaim(face, first.leader, 'more');
    await turns();
    const second = campaign(face, 2n, 'two');
    await turns();
    await resign(face, first.leader);
    await second;
    await turns();
    expect(stream.listener.heard.map(({ kv }) => text(kv?.value ?? bytes('?')))).toEqual(['one', 'more', 'two']);
    stream.close();
    await proclaim(face, (await second).leader, 'late');
    await turns();
    expect(stream.listener.heard).toHaveLength(3);
  });
});
