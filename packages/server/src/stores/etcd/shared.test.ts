/** The etcd engine on an etcd that is not the registry's alone: others write beside it, and several ranges are followed. */
import {
  Catalog,
  catalogRange,
  fromText,
  keysUnder,
  toText,
  type Change,
  type KeyRange,
  type Operation,
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
import { codeOf, followed, put } from './talk.fixture.js';

const under = (prefix: string): KeyRange => keysUnder(fromText(prefix));
const drop = (key: string): Operation => ({ type: 'delete', range: { from: fromText(key), to: fromText(`${key}\0`) } });

describeWith(['etcd'], 'the etcd engine, beside others', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function start(): Promise<(more?: Partial<EtcdStoreOptions>) => Promise<Store>> {
    const [member] = await startEtcds(1);
    if (member === undefined) throw new Error('No etcd.');
    ends.push(() => member.end());
    return async (more = {}) => {
      const common = { endpoints: [member.endpoint], clock: systemClock, random: systemRandom, log: silent };
      const store = await openEtcdStore({ ...common, ...more });
      ends.push(() => store.close());
      return store;
    };
  }

  it('tells every revision of several ranges once, whole and in order, and nothing from between them', { timeout: 60_000 }, async () => {
    const open = await start();
    const [lens, registry] = [under('/services/'), catalogRange];
    const store = await open({ watched: [lens, registry] });
    const others = await open({ prefix: '/rollcall1' });
    const watches = [followed(store, registry), followed(store, lens)];
    const wrote: { readonly revision: number; readonly operations: readonly Operation[] }[] = [];
    for (let n = 0; n < 200; n++) {
      const keys = [`/rollcall/instances/${n % 7}`, `/services/web/${n % 5}`, `/sandwiched/${n % 3}`];
      const operations = keys.filter((_, at) => ((n * 7) >> at) % 2 === 0).map((key) => (n % 11 === 10 ? drop(key) : put(key, `${n}`)));
      if (n % 4 === 0) await others.commit({ then: [put('/x', `${n}`)] });
      if (operations.length > 0) wrote.push({ revision: (await store.commit({ then: operations })).revision, operations });
    }
    const last = wrote.at(-1)?.revision ?? 0;
    await store.range({ range: registry, limit: 0 });
    await expect.poll(() => watches.every(({ position }) => position() >= last)).toBe(true);
    for (const [at, range] of [registry, lens].entries()) {
      const state = new Map<string, string>();
      for (const batch of watches[at]?.batches ?? []) for (const change of batch.changes) take(state, change);
      const { entries } = await store.range({ range });
      expect(Object.fromEntries(state)).toEqual(Object.fromEntries(entries.map(({ key, value }) => [toText(key), toText(value)])));
    }
    const revisions = watches.map(({ batches }) => batches.map(({ revision }) => revision));
    for (const told of revisions) expect(told).toEqual([...new Set(told)].toSorted((one, other) => one - other));
    // One revision in both ranges came to both.
    const both = new Set(wrote.filter(({ operations }) => operations.length > 1).map(({ revision }) => revision));
    const [inOne, inOther] = revisions.map((told) => new Set(told));
    for (const revision of inOne ?? []) if (inOther?.has(revision) === true) expect(both).toContain(revision);
    expect(await codeOf(store.range({ range: under('/sandwiched/') }))).toBe('answered');
    expect(() => store.watch({ range: under('/sandwiched/') }, { next: () => undefined, ended: () => undefined })).toThrow('not followed');
  });

  it('has the previous values, also of what changed twice in the time that a watch was away', async () => {
    const open = await start();
    const store = await open({ watched: [under('/services/'), catalogRange] });
    const { revision } = await store.commit({ then: [put('/services/a', '1')] });
    await store.commit({ then: [put('/services/a', '2'), put('/rollcall/x', '1')] });
    await store.commit({ then: [drop('/services/a')] });
    const batches: RevisionBatch[] = [];
    store.watch(
      { range: under('/services/'), fromRevision: revision, previous: true },
      { next: (batch) => void batches.push(batch), ended: () => undefined },
    );
    await expect.poll(() => batches.length).toBe(3);
    const previous = batches.flatMap(({ changes }) => changes.map((change) => change.previous && toText(change.previous.value)));
    expect(previous).toEqual([null, '1', '2']);
  });

  it('lets a catalog begin, though others wrote last and nobody writes any more', { timeout: 60_000 }, async () => {
    const open = await start();
    const store = await open();
    await store.commit({ then: [put('/rollcall/elsewhere', '1')] });
    const others = await open({ prefix: '/other' });
    for (let n = 0; n < 50; n++) await others.commit({ then: [put('/x', `${n}`)] });
    const catalog = new Catalog({ store: await open(), clock: systemClock, log: silent });
    const begunMs = performance.now();
    await catalog.start();
    expect(performance.now() - begunMs).toBeLessThan(10_000);
    expect(await catalog.caughtUp(10_000)).toBe(true);
    catalog.close();
  });
});

function take(state: Map<string, string>, change: Change): void {
  if (change.type === 'put') state.set(toText(change.entry.key), toText(change.entry.value));
  else state.delete(toText(change.key));
}
