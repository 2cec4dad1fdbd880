/**
 * Durable registrations through HTTP against etcd's puts: each server in a process of its own, the load in a third, rounds in
 * turns. A registration is more than a put: it is judged, written on condition that nobody else wrote it, shown in the
 * catalog, attended to, and answered whole. Beside it bare programs on node:http: one reads the same bodies and answers as many bytes,
 * the other one also puts them into a store of ours. What the second does not reach, no registry on both does.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpLoadQuestion } from '../processes/http-load.js';
import type { HttpServerAnswer, HttpServerQuestion } from '../processes/http-server.js';
import type { LoadQuestion } from '../processes/load.js';
import { startChild, type Child } from '../support/child.js';
import { untilIdle } from '../support/cpu-time.js';
import { startEtcd, type Etcd } from '../support/etcd.js';
import { few, perSecond, times } from '../support/figures.js';
import { h2loadPuts } from '../support/h2load.js';
import type { HttpWork } from '../support/http-work.js';
import type { Load, LoadResult } from '../support/load.js';
import { findProgram } from '../../test/support/find-program.js';
import { startRollcall, type Rollcall } from '../support/rollcall.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';
import { borneBy, type Borne } from '../support/store-process.js';

const WRITERS = 64;
/** Bulk calls are large: fewer of them at a time say the same. */
const BULK_WRITERS = 8;

/** Not counted: code of ours is compiled while it runs, once in the life of a process. It takes some ten thousand registrations. */
const ROUNDS_BEFORE = 1;

export const httpWrites: Benchmark = {
  name: 'http/writes',
  run: async (context) => {
    const program = findProgram('etcd');
    if (program === undefined) return [skippedRow('registrations over HTTP', '', 'etcd not found')];
    const parties = await assemble(program, context);
    const ways = waysOf(parties);
    const rounds = ROUNDS_BEFORE + (context.quick ? 2 : 4);
    for (let round = 0; round < rounds; round++) {
      for (const { run, results } of ways) {
        await untilIdle([parties.registry.pid, parties.etcd.pid, parties.bare.pid, parties.keeping.pid]);
        const result = await run();
        if (round >= ROUNDS_BEFORE) results.push(result);
      }
    }
    const { registry, etcd, bare, keeping, http, grpc } = parties;
    await Promise.all([registry, etcd, bare, keeping, http, grpc].map((one) => one.end()));
    return rowsOf(ways);
  },
};

interface Parties {
  readonly context: BenchmarkContext;
  readonly registry: Rollcall;
  readonly etcd: Etcd;
  readonly bare: Child<HttpServerQuestion, HttpServerAnswer>;
  readonly barePort: number;
  readonly keeping: Child<HttpServerQuestion, HttpServerAnswer>;
  readonly keepingPort: number;
  readonly http: Child<HttpLoadQuestion, LoadResult>;
  readonly grpc: Child<LoadQuestion, LoadResult>;
}

async function assemble(program: string, context: BenchmarkContext): Promise<Parties> {
  const registry = await startRollcall(await mkdtemp(join(context.directory, 'registry-')), context.cleanup);
  const [bare, keeping]: [Parties['bare'], Parties['bare']] = [startBare(context), startBare(context)];
  const answer = await answerOf(registry.port);
  return {
    context,
    registry,
    bare,
    barePort: await bare.ask({ reading: answer }),
    keeping,
    keepingPort: await keeping.ask({ keeping: answer, directory: await mkdtemp(join(context.directory, 'keeping-')) }),
    etcd: await startEtcd(program, context),
    http: startChild(new URL('../processes/http-load.ts', import.meta.url), context.cleanup),
    grpc: startChild(new URL('../processes/load.ts', import.meta.url), context.cleanup),
  };
}

function startBare({ cleanup }: BenchmarkContext): Parties['bare'] {
  return startChild(new URL('../processes/http-server.ts', import.meta.url), cleanup);
}

/** What the bare programs are to say. Node adds the date and what it says of the connection to both. */
async function answerOf(port: number): Promise<{ readonly headers: readonly string[]; readonly body: string }> {
  const fields = {
    service: 'service-bench',
    id: 'bench/00/0000',
    host: '10.0.0.5',
    port: 8080,
    ttl: 'none',
    metadata: { filling: 'x'.repeat(170) },
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${port}/register`, { method: 'POST', headers, body: JSON.stringify(fields) });
  const own = ['cache-control', 'rollcall-revision', 'location', 'content-type', 'content-length'];
  return { headers: own.flatMap((name) => [name, answer.headers.get(name) ?? '']), body: await answer.text() };
}

type Name =
  | 'bare node:http'
  | 'bare node:http, durable'
  | 'bare node:http, durable, 100 a call'
  | 'registrations'
  | 'bulk registrations'
  | 'bulk heartbeats'
  | 'gateway'
  | 'gRPC, 8 connections'
  | 'gRPC, h2load'
  | 'gRPC, h2load, a connection each';

interface Way {
  readonly name: Name;
  readonly results: Borne[];
  run(): Promise<Borne>;
}

/** Ours and theirs in turns: a disk that is slow for a moment is slow for both. */
function waysOf({ context, registry, etcd, bare, barePort, keeping, keepingPort, http, grpc }: Parties): readonly Way[] {
  const times = { warmUpMs: context.quick ? 500 : 1_500, durationMs: context.quick ? 700 : 2_000 };
  const load: Load = { writers: WRITERS, ...times };
  const bulk: Load = { writers: BULK_WRITERS, ...times };
  const h2load = findProgram('h2load');
  const way = (name: Name, server: { readonly pid: number }, clientPid: number, ask: () => Promise<LoadResult>): Way => ({
    name,
    results: [],
    run: () => borneBy(server, clientPid, ask),
  });
  const ours = (name: Name & HttpWork, load: Load): Way =>
    way(name, registry, http.pid, () => http.ask({ work: name, port: registry.port, load }));
  return [
    ours('registrations', load),
    way('gateway', etcd, http.pid, () => http.ask({ work: 'gateway puts', port: etcd.port, load })),
    ours('bulk registrations', bulk),
    way('bare node:http', bare, http.pid, () => http.ask({ work: 'registrations', port: barePort, load })),
    way('bare node:http, durable', keeping, http.pid, () => http.ask({ work: 'registrations', port: keepingPort, load })),
    way('bare node:http, durable, 100 a call', keeping, http.pid, () =>
      http.ask({ work: 'bulk registrations', port: keepingPort, load: bulk }),
    ),
    way('gRPC, 8 connections', etcd, grpc.pid, () => grpc.ask({ wire: 'grpc', port: etcd.port, sessions: 8, load })),
    ours('bulk heartbeats', bulk),
    ...(h2load === undefined
      ? []
      : [
          way('gRPC, h2load', etcd, NaN, () => h2loadPuts(h2load, etcd.port, load, context)),
          // As services have them, and as ours are written to.
          way('gRPC, h2load, a connection each', etcd, NaN, () => h2loadPuts(h2load, etcd.port, load, context, WRITERS)),
        ]),
  ];
}

function rowsOf(ways: readonly Way[]): readonly Row[] {
  const named = (name: Name): Way => ways.find((way) => way.name === name) as Way;
  const [grpc] = ways
    .filter(({ name }) => name.startsWith('gRPC'))
    .toSorted((a, b) => spreadOf(rates(b)).median - spreadOf(rates(a)).median);
  if (grpc === undefined) return [];
  const [single, bulk, beats] = [named('registrations'), named('bulk registrations'), named('bulk heartbeats')];
  const [gateway, bare] = [named('gateway'), named('bare node:http')];
  const [durable, durableBulk] = [named('bare node:http, durable'), named('bare node:http, durable, 100 a call')];
  return [
    { ...rowOf(`registrations over HTTP, ${WRITERS} writers`, single, gateway, 2), notes: ways.map(noteOf) },
    rowOf(`registrations over HTTP, ${WRITERS} writers`, single, grpc, 1),
    rowOf(`registrations over HTTP, 100 a call`, bulk, grpc, 2),
    besideBare(`registrations over HTTP, ${WRITERS} writers`, single, bare, 'that only reads and answers'),
    besideBare(`registrations over HTTP, ${WRITERS} writers`, single, durable, 'that reads, puts and answers'),
    besideBare(`registrations over HTTP, 100 a call`, bulk, durableBulk, 'that reads, puts and answers'),
    ...[gateway, grpc].map((theirs) => ceilingOf('one a request', durable, theirs)),
    ceilingOf('100 a call', durableBulk, grpc),
    {
      work: 'heartbeats over HTTP, 1000 a call',
      measured: perSecond(spreadOf(rates(beats))),
      beside: '',
      ratio: '',
      target: '',
      met: null,
    },
  ];
}

function rowOf(work: string, ours: Way, theirs: Way, targetTimes: number): Row {
  const ratio = ratioOf(rates(ours), rates(theirs));
  return {
    work,
    measured: perSecond(spreadOf(rates(ours))),
    beside: `etcd, ${theirs.name}: ${perSecond(spreadOf(rates(theirs)))}`,
    ratio: times(ratio),
    target: `≥ ${targetTimes}×`,
    met: ratio.median >= targetTimes,
  };
}

function besideBare(work: string, ours: Way, bare: Way, what: string): Row {
  return {
    work,
    measured: perSecond(spreadOf(rates(ours))),
    beside: `bare node:http, ${what}: ${perSecond(spreadOf(rates(bare)))}`,
    ratio: times(ratioOf(rates(ours), rates(bare))),
    target: '',
    met: null,
  };
}

/** How far any registry could get. */
function ceilingOf(how: string, bare: Way, theirs: Way): Row {
  return {
    work: `bare node:http, that reads, puts and answers, ${how}`,
    measured: perSecond(spreadOf(rates(bare))),
    beside: `etcd, ${theirs.name}: ${perSecond(spreadOf(rates(theirs)))}`,
    ratio: times(ratioOf(rates(bare), rates(theirs))),
    target: '',
    met: null,
  };
}

function rates({ results }: Way): readonly number[] {
  return results.map(({ perSecond }) => perSecond);
}

function noteOf(way: Way): string {
  const { name, results } = way;
  const median = (figure: keyof Borne): number => spreadOf(results.map((result) => result[figure])).median;
  const client = Number.isNaN(median('clientUsPerPut')) ? '' : `, the client's ${few(median('clientUsPerPut'))} µs`;
  return `${name}: ${perSecond(spreadOf(rates(way)))}, the server's CPU ${few(median('serverUsPerPut'))} µs each${client}`;
}
