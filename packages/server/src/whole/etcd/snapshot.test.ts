/** A snapshot of what the registry has in an etcd, restored into a store of its own. */
import { fromText, lastingRanges, allKeys, toText, type Store } from '@rollcall/core';
import { afterEach, expect, it } from 'vitest';
import { startEtcds } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { encodeSnapshot } from '../../shared/snapshot.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { openMemoryStore } from '../../stores/memory/store.js';
import { openEtcdStore } from '../../stores/etcd/store.js';
import { silent } from '../../stores/etcd/subjects.fixture.js';
import { put } from '../../stores/etcd/talk.fixture.js';

describeWith(['etcd'], 'a snapshot of an etcd', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it(
    'holds what is the registry’s and lasts, and neither the others’ keys and leases nor who its nodes are',
    { timeout: 60_000 },
    async () => {
      const [member] = await startEtcds(1);
      if (member === undefined) throw new Error('No etcd.');
      ends.push(() => member.end());
      const open = async (prefix = ''): Promise<Store> => {
        const store = await openEtcdStore({ endpoints: [member.endpoint], prefix, clock: systemClock, random: systemRandom, log: silent });
        ends.push(() => store.close());
        return store;
      };
      const [store, others] = [await open(), await open('/others')];
      const leased = (key: string, lease: bigint) => ({ type: 'put', key: fromText(key), value: fromText('1'), lease }) as const;
      const leases = [];
      for (let n = 0; n < 3; n++) leases.push((await store.grantLease({ ttlMs: 60_000 })).id);
      const [ofNode = 0n, own = 0n, ofOthers = 0n] = leases;
      const many = Array.from({ length: 1_200 }, (_, n) => put(`/rollcall/instances/default/web/${n}`, `${n}`));
      for (let n = 0; n < many.length; n += 100) await store.commit({ then: many.slice(n, n + 100) });
      await store.commit({
        then: [leased('/rollcall/nodes/a', ofNode), leased('/rollcall/letters/a/b/1', ofNode), put('/rollcall/guard', '{}')],
      });
      await store.commit({ then: [leased('/rollcall/sessions/1', own)] });
      await others.commit({ then: [put('/x', '1'), leased('/y', ofOthers)] });
      const restored = await openMemoryStore({ clock: systemClock, random: systemRandom, snapshot: encodeSnapshot(store, lastingRanges) });
      ends.push(() => restored.close());
      const { entries } = await restored.range({ range: allKeys });
      const keys = entries.map(({ key }) => toText(key));
      expect(keys.filter((key) => !key.startsWith('/rollcall/instances/'))).toEqual(['/rollcall/guard', '/rollcall/sessions/1']);
      expect(keys).toHaveLength(1_202);
      expect(await restored.leases()).toEqual([own]);
      expect((await restored.lease(own)).keys.map(toText)).toEqual(['/rollcall/sessions/1']);
      const { epoch, revision } = await store.status();
      const after = await restored.status();
      expect(after.epoch).not.toBe(epoch);
      expect(after.revision).toBeGreaterThan(revision);
    },
  );
});
