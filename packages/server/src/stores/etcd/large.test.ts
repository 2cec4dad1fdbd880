/** The etcd engine with much at once: large commits, large answers, and a reading that is compacted away in the middle. */
import {
  allKeys,
  Catalog,
  catalogRange,
  everything,
  fromText,
  toText,
  type Operation,
  type RangeRequest,
  type RevisionBatch,
  type Store,
} from '@rollcall/core';
import { afterEach, expect, it } from 'vitest';
import { startEtcds } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { openEtcdStore, type EtcdStoreOptions } from './store.js';
import { silent } from './subjects.fixture.js';
import { put } from './talk.fixture.js';

describeWith(['etcd'], 'the etcd engine, with much at once', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function open(more: Partial<EtcdStoreOptions> = {}): Promise<Store> {
    const [member] = await startEtcds(1);
    if (member === undefined) throw new Error('No etcd.');
    ends.push(() => member.end());
    const store = await openEtcdStore({ endpoints: [member.endpoint], clock: systemClock, random: systemRandom, log: silent, ...more });
    ends.push(() => store.close());
    return store;
  }

  it(
    'tells a large commit as one, with what was there before, and answers more than a message usually holds',
    { timeout: 60_000 },
    async () => {
      const store = await open({ prefix: 'p/', watched: 'all' });
      const batches: RevisionBatch[] = [];
      store.watch({ range: allKeys, previous: true }, { next: (batch) => void batches.push(batch), ended: () => undefined });
      // Just within what a commit may hold: with the former values a watch tells twice as much.
      const many = (letter: string): Operation[] => Array.from({ length: 128 }, (_, n) => put(`k${n}`, letter.repeat(8_000)));
      for (const letter of ['a', 'b', 'c']) await store.commit({ then: many(letter) });
      for (let n = 0; n < 12; n++) await store.commit({ then: [put(`large-${n}`, 'x'.repeat(900_000))] });
      await expect.poll(() => batches.length).toBe(15);
      expect(batches.slice(0, 3).map(({ changes }) => changes.length)).toEqual([128, 128, 128]);
      const before = batches[2]?.changes.map(({ previous }) => previous && toText(previous.value).at(0));
      expect(new Set(before)).toEqual(new Set(['b']));
      const { entries } = await store.range({ range: allKeys });
      expect(entries).toHaveLength(140);
      expect(entries.reduce((sum, { value }) => sum + value.length, 0)).toBeGreaterThan(11_000_000);
    },
  );

  it('begins a reading anew that was compacted away in the middle, and the catalog has everything', { timeout: 60_000 }, async () => {
    const store = await open();
    const COUNT = 5_000;
    for (let n = 0; n < COUNT; n += 100) {
      const record = (at: number) =>
        JSON.stringify({ format: 1, namespace: 'default', service: 'web', id: `i${at}`, host: '10.0.0.1', port: 80 });
      const of = (at: number): Operation => put(`/rollcall/instances/default/web/i${at}`, record(at));
      await store.commit({ then: Array.from({ length: 100 }, (_, at) => of(n + at)) });
    }
    let [reads, compacted] = [0, false];
    const meddling: Pick<Store, 'status' | 'watch' | 'range'> = {
      status: () => store.status(),
      watch: (...asked) => store.watch(...asked),
      async range(request: RangeRequest) {
        if (++reads === 4 && !compacted) {
          compacted = true;
          const { revision } = await store.commit({ then: [put('/rollcall/elsewhere', '1')] });
          await store.compact(revision);
        }
        return store.range(request);
      },
    };
    const catalog = new Catalog({ store: meddling as Store, clock: systemClock, log: silent });
    await catalog.start();
    expect(compacted).toBe(true);
    const { count } = await store.range({ range: { from: fromText('/rollcall/instances/'), to: catalogRange.to }, limit: 0, count: true });
    expect(count).toBe(COUNT);
    // Whether this program can read them is another question: each was taken in.
    const { undecodable } = catalog;
    const shown = [...catalog.view.allInstances({ identity: '', may: everything, from: '', face: '' })].length;
    expect(shown + undecodable.length).toBe(COUNT);
    catalog.close();
  });
});
