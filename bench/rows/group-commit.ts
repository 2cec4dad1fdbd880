/** What sharing a sync is worth: many writers against one, in the process that holds the store. */
import { few, milliseconds, perSecond, times } from '../support/figures.js';
import type { Load } from '../support/load.js';
import type { Benchmark } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';
import { measureSyncs } from '../support/sync-cost.js';
import { borneBy, startStore, type Borne, type StoreProcess } from '../support/store-process.js';

const WRITERS = 64;
const TARGET_TIMES = 6;

export const groupCommit: Benchmark = {
  name: 'store/group-commit',
  run: async (context) => {
    const sync = measureSyncs(context.directory);
    const store = await startStore(context);
    const [rounds, durationMs] = context.quick ? [3, 800] : [5, 2_000];
    const one: Borne[] = [];
    const many: Borne[] = [];
    for (let round = 0; round < rounds; round++) {
      one.push(await measure(store, { writers: 1, warmUpMs: 200, durationMs }));
      many.push(await measure(store, { writers: WRITERS, warmUpMs: 200, durationMs }));
    }
    await store.end();
    const ratio = ratioOf(many.map(rate), one.map(rate));
    return [
      {
        work: `durable commits, ${WRITERS} writers, in process`,
        measured: perSecond(spreadOf(many.map(rate))),
        beside: `one writer ${perSecond(spreadOf(one.map(rate)))}`,
        ratio: times(ratio),
        target: `≥ ${TARGET_TIMES}×`,
        met: ratio.median >= TARGET_TIMES,
        notes: [
          `a bare sync of 4 KiB on this disk takes ${milliseconds(sync)}`,
          latencies(`${WRITERS} writers`, many),
          latencies('one writer', one),
        ],
      },
    ];
  },
};

function measure(store: StoreProcess, load: Load): Promise<Borne> {
  return borneBy(store, store.pid, () => store.load(load));
}

function rate({ perSecond }: Borne): number {
  return perSecond;
}

function latencies(who: string, results: readonly Borne[]): string {
  const p50 = milliseconds(spreadOf(results.map(({ p50Ms }) => p50Ms)));
  const p99 = milliseconds(spreadOf(results.map(({ p99Ms }) => p99Ms)));
  const cpu = few(spreadOf(results.map(({ serverUsPerPut }) => serverUsPerPut)).median);
  return `${who}: median latency ${p50}, 99th percentile ${p99}, CPU ${cpu} µs per commit, the load's own included`;
}
