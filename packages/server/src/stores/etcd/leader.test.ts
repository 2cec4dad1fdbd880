/** Leases are kept at the member that leads, and a member that freezes costs nobody his lease. */
import { SimulatedClock } from '@rollcall/conformance';
import { isRollcallError } from '@rollcall/core';
import type { EtcdStatus } from '@rollcall/wire';
import { credentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { startEtcds, type EtcdProcess } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { askStatus } from './calls.js';
import { Connection } from './connection.js';
import { Leader } from './leader.js';
import { openEtcdStore } from './store.js';
import { silent } from './subjects.fixture.js';

/** What a member says: who it is, and who leads. */
const says = (memberId: bigint, leader: bigint): EtcdStatus => ({
  header: { clusterId: 1n, memberId, revision: 1 },
  version: '3.4.23',
  databaseBytes: 0,
  quotaBytes: 0,
  errors: [],
  leader,
});

describe('the member that leads', () => {
  it.each<[string, readonly (EtcdStatus | 'silent' | 'away')[], number | null]>([
    ['is the one of whom all say so', [says(1n, 2n), says(2n, 2n), says(3n, 2n)], 1],
    ['is found though others are silent', ['silent', 'away', says(3n, 3n)], 2],
    ['is nobody where nobody leads', [says(1n, 0n), says(2n, 0n)], null],
    ['is nobody whom the operator did not name', [says(1n, 9n), says(2n, 9n)], null],
    ['is nobody where none answers', ['away', 'away'], null],
    ['is not looked for where there is one address', [says(1n, 1n)], null],
  ])('%s', async (_name, members, expected) => {
    const leader = new Leader(new SimulatedClock(), members.length, async (at) => {
      const member = members[at];
      if (member === 'silent') return new Promise(() => undefined);
      if (member === undefined || member === 'away') throw new Error('It is away.');
      return member;
    });
    expect(await leader.find()).toBe(expected);
  });

  it('is known for a while, and asked for again when it is not believed any more', async () => {
    const clock = new SimulatedClock();
    let [leads, asked] = [1n, 0];
    const leader = new Leader(clock, 2, async (at) => {
      asked++;
      return says(BigInt(at + 1), leads);
    });
    await leader.find();
    leads = 2n;
    expect(await leader.find()).toBe(0);
    expect(asked).toBe(2);
    leader.forget();
    expect(await leader.find()).toBe(1);
    leads = 1n;
    await clock.advance(10_000);
    expect(await leader.find()).toBe(0);
  });
});

describeWith(['etcd'], 'a lease, before three members', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function leaderOf(members: readonly EtcdProcess[]): Promise<EtcdProcess> {
    for (const member of members) {
      const connection = new Connection(member.endpoint, credentials.createInsecure(), systemClock);
      const { header, leader } = await connection.ask(askStatus, undefined, null, 5_000);
      connection.close();
      if (header.memberId === leader) return member;
    }
    throw new Error('Nobody leads.');
  }

  it.each(['the one that leads', 'one that follows'])('is kept though %s freezes', { timeout: 90_000 }, async (which) => {
    const members = await startEtcds(3);
    for (const member of members) ends.push(() => member.end());
    const endpoints = members.map(({ endpoint }) => endpoint);
    const store = await openEtcdStore({ endpoints, clock: systemClock, random: systemRandom, log: silent });
    ends.push(() => store.close());
    const { id } = await store.grantLease({ ttlMs: 6_000 });
    await store.keepLease(id);
    const leader = await leaderOf(members);
    const frozen = which === 'the one that leads' ? leader : members.find((member) => member !== leader);
    frozen?.signal('SIGSTOP');
    let kept = 0;
    for (let beat = 0; beat < 8; beat++) {
      await new Promise<void>((later) => void systemClock.after(1_000, later));
      await store.keepLease(id).then(
        () => kept++,
        (error: unknown) => {
          if (!isRollcallError(error) || error.code === 'lease-not-found') throw error;
        },
      );
    }
    frozen?.signal('SIGCONT');
    expect(kept).toBeGreaterThanOrEqual(4);
    expect((await store.lease(id)).id).toBe(id);
  });
});
