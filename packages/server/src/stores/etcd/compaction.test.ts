/** Nodes that share an etcd of their own let it forget, once for all of them. */
import { SimulatedClock } from '@rollcall/conformance';
import { catalogRange } from '@rollcall/core';
import { afterEach, expect, it } from 'vitest';
import { startEtcds } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { Compaction } from './compaction.js';
import { ROUND_MS } from './plan-compaction.js';
import { openEtcdStore } from './store.js';
import { silent } from './subjects.fixture.js';
import { put } from './talk.fixture.js';

describeWith(['etcd'], 'compaction', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it('is done by one node in a round, and leaves what is there', { timeout: 60_000 }, async () => {
    const [member] = await startEtcds(1);
    if (member === undefined) throw new Error('No etcd.');
    ends.push(() => member.end());
    const store = await openEtcdStore({ endpoints: [member.endpoint], clock: systemClock, random: systemRandom, log: silent });
    ends.push(() => store.close());
    let wallMs = 0;
    // Rounds begin when they are called for.
    const clock = { monotonicMs: () => 0, wallMs: () => wallMs, after: () => () => undefined };
    let compactions = 0;
    const counting = {
      range: store.range.bind(store),
      commit: store.commit.bind(store),
      compact(revision: number) {
        compactions++;
        return store.compact(revision);
      },
    };
    const limits = { revisionsMax: 20, ageMaxMs: 24 * 60 * 60 * 1000 };
    const nodes = [1, 2, 3].map(() => new Compaction({ store: counting, limits, clock, log: silent }));
    for (let round = 1; round <= 3; round++) {
      for (let n = 0; n < 30; n++) await store.commit({ then: [put(`/rollcall/x${n % 3}`, `${round} ${n}`)] });
      wallMs += ROUND_MS;
      await Promise.all(nodes.map((node) => node.round()));
      const { revision, compactedRevision } = await store.status();
      expect(revision - compactedRevision).toBeLessThanOrEqual(22);
      expect(compactions).toBe(round);
    }
    expect((await store.range({ range: catalogRange })).entries).toHaveLength(4);
    for (const node of nodes) node.close();
  });

  it('is nobody’s business who did not say that the etcd is his', async () => {
    const [member] = await startEtcds(1);
    if (member === undefined) throw new Error('No etcd.');
    ends.push(() => member.end());
    const clock = new SimulatedClock();
    const hurried = { monotonicMs: () => systemClock.monotonicMs(), wallMs: () => clock.wallMs(), after: systemClock.after };
    const common = {
      endpoints: [member.endpoint],
      clock: hurried,
      random: systemRandom,
      log: silent,
      history: { ageMaxMs: 50, revisionsMax: 5 },
    };
    const [store, owner] = [await openEtcdStore(common), await openEtcdStore({ ...common, prefix: '/own', compacts: true })];
    ends.push(
      () => store.close(),
      () => owner.close(),
    );
    for (let n = 0; n < 30; n++) await store.commit({ then: [put('/rollcall/x', `${n}`)] });
    await clock.advance(1_000);
    // The other one does, in time.
    await expect.poll(async () => (await store.status()).compactedRevision).toBeGreaterThan(20);
    await owner.close();
    const { compactedRevision } = await store.status();
    for (let n = 0; n < 30; n++) await store.commit({ then: [put('/rollcall/x', `${n}`)] });
    await clock.advance(1_000);
    await new Promise((later) => systemClock.after(300, () => later(undefined)));
    expect((await store.status()).compactedRevision).toBe(compactedRevision);
  });
});
