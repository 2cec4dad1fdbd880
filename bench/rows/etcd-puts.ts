/**
 * Our commits against etcd's puts: each in a process of its own, the load in a third, rounds in turns.
 *
 * Both are durable before they acknowledge, on the same disk. etcd is asked by our client over one connection and
 * over eight, and by h2load where that is installed; what counts is the best of them. Ours is asked through the least
 * framing there is, then through the same gRPC as etcd, and last from within its own process.
 */
import type { LoadQuestion } from '../processes/load.js';
import { startChild, type Child } from '../support/child.js';
import { untilIdle } from '../support/cpu-time.js';
import { startEtcd, type Etcd } from '../support/etcd.js';
import { few, milliseconds, perSecond, times } from '../support/figures.js';
import { h2loadPuts } from '../support/h2load.js';
import type { Load, LoadResult } from '../support/load.js';
import { findProgram } from '../../test/support/find-program.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';
import { borneBy, startStore, type Borne, type StoreProcess } from '../support/store-process.js';

const WRITERS = 64;
/** Not counted: code of ours is compiled while it runs, once in the life of a process. It takes some hundred thousand puts. */
const ROUNDS_BEFORE = 1;
const TARGET_TIMES = 2;
const target = `≥ ${TARGET_TIMES}×`;
const title = `commits, ${WRITERS} writers`;

export const etcdPuts: Benchmark = {
  name: 'store/etcd',
  run: async (context) => {
    const program = findProgram('etcd');
    if (program === undefined) return [skippedRow(`${title}, process to process`, target, 'etcd not found')];
    const parties: Parties = {
      context,
      store: await startStore(context),
      etcd: await startEtcd(program, context),
      client: startChild(new URL('../processes/load.ts', import.meta.url), context.cleanup),
      load: { writers: WRITERS, warmUpMs: 400, durationMs: context.quick ? 700 : 2_000 },
    };
    const ways = [...ownWays(parties), ...etcdWays(parties)];
    const rounds = ROUNDS_BEFORE + (context.quick ? 3 : 5);
    for (let round = 0; round < rounds; round++) {
      for (const { run, results } of alternating(ways)) {
        await untilIdle([parties.store.pid, parties.etcd.pid]);
        const result = await run();
        if (round >= ROUNDS_BEFORE) results.push(result);
      }
    }
    await Promise.all([parties.client.end(), parties.store.end(), parties.etcd.end()]);
    return rowsOf(ways);
  },
};

interface Parties {
  readonly context: BenchmarkContext;
  readonly store: StoreProcess;
  readonly etcd: Etcd;
  readonly client: Child<LoadQuestion, LoadResult>;
  readonly load: Load;
}

/** One way to put the load on one of the two, and what came of it in each round. */
interface Way {
  readonly whose: 'ours' | 'etcd';
  readonly how: string;
  readonly results: Borne[];
  run(): Promise<Borne>;
}

function ownWays({ context, store, client, load }: Parties): readonly Way[] {
  const h2load = findProgram('h2load');
  const throughGrpc =
    h2load === undefined
      ? (): Promise<LoadResult> => client.ask({ wire: 'grpc', port: store.grpcPort, sessions: 1, load })
      : (): Promise<LoadResult> => h2loadPuts(h2load, store.grpcPort, load, context);
  const way = (how: string, clientPid: number, ask: () => Promise<LoadResult>): Way => ({
    whose: 'ours',
    how,
    results: [],
    run: () => borneBy(store, clientPid, ask),
  });
  return [
    way('process to process', client.pid, () => client.ask({ wire: 'framed', port: store.framedPort, sessions: 1, load })),
    way('through gRPC', h2load === undefined ? client.pid : NaN, throughGrpc),
    way('in process', NaN, () => store.load(load)),
  ];
}

function etcdWays({ context, etcd, client, load }: Parties): readonly Way[] {
  const h2load = findProgram('h2load');
  const way = (how: string, clientPid: number, ask: () => Promise<LoadResult>): Way => ({
    whose: 'etcd',
    how,
    results: [],
    run: () => borneBy(etcd, clientPid, ask),
  });
  return [
    way('1 connection', client.pid, () => client.ask({ wire: 'grpc', port: etcd.port, sessions: 1, load })),
    way('8 connections', client.pid, () => client.ask({ wire: 'grpc', port: etcd.port, sessions: 8, load })),
    ...(h2load === undefined ? [] : [way('h2load', NaN, () => h2loadPuts(h2load, etcd.port, load, context))]),
  ];
}

/** Ours, theirs, ours, theirs: a disk that is slow for a moment is slow for both. */
function alternating(ways: readonly Way[]): readonly Way[] {
  const [ours, theirs] = [ways.filter(({ whose }) => whose === 'ours'), ways.filter(({ whose }) => whose === 'etcd')];
  return ours.flatMap((way, at) => [way, ...theirs.slice(at, at + 1)]);
}

function rowsOf(ways: readonly Way[]): readonly Row[] {
  const best = ways.filter(({ whose }) => whose === 'etcd').toSorted((a, b) => spreadOf(rates(b)).median - spreadOf(rates(a)).median)[0];
  if (best === undefined) return [];
  const rows = ways.filter(({ whose }) => whose === 'ours').map((way) => rowOf(way, best));
  return rows.map((row, at) => (at === 0 ? { ...row, ...verdictOn(row.ratioMedian), notes: ways.map(noteOf) } : row));
}

function rowOf(way: Way, best: Way): Row & { readonly ratioMedian: number } {
  const ratio = ratioOf(rates(way), rates(best));
  return {
    work: `${title}, ${way.how}`,
    measured: perSecond(spreadOf(rates(way))),
    beside: `etcd, ${best.how}: ${perSecond(spreadOf(rates(best)))}`,
    ratio: times(ratio),
    target: '',
    met: null,
    ratioMedian: ratio.median,
  };
}

function verdictOn(ratioMedian: number): Pick<Row, 'target' | 'met'> {
  return { target, met: ratioMedian >= TARGET_TIMES };
}

function rates({ results }: Way): readonly number[] {
  return results.map(({ perSecond }) => perSecond);
}

function noteOf({ whose, how, results }: Way): string {
  const median = (figure: keyof Borne): number => spreadOf(results.map((result) => result[figure])).median;
  const parts = [
    perSecond(spreadOf(results.map(({ perSecond }) => perSecond))),
    ...(Number.isNaN(median('p99Ms')) ? [] : [`99th percentile ${milliseconds(spreadOf(results.map(({ p99Ms }) => p99Ms)))}`]),
    `the server's CPU ${few(median('serverUsPerPut'))} µs per put`,
    ...(Number.isNaN(median('clientUsPerPut')) ? [] : [`the client's ${few(median('clientUsPerPut'))} µs`]),
  ];
  return `${whose}, ${how}: ${parts.join(', ')}`;
}
