/**
 * The etcd door beside Debian's etcd, in the same run: each in a process of its own, on the same disk, asked by the same
 * clients in turns. Puts and ranges come from h2load, sixty-four connections with one question each at a time.
 */
import { writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { etcd } from '@rollcall/wire';
import type { EtcdAnswer, EtcdQuestion } from '../processes/etcd-clients.js';
import { startChild, type Child } from '../support/child.js';
import { cpuTimeMs, untilIdle } from '../support/cpu-time.js';
import { startEtcd } from '../support/etcd.js';
import { few, perSecond, times } from '../support/figures.js';
import { framed } from '../support/put-messages.js';
import { findProgram } from '../../test/support/find-program.js';
import { startRollcall } from '../support/rollcall.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';

const CLIENTS = 64;
const VALUE_BYTES = 300;
const TARGET_TIMES = 1;
const target = `≥ ${TARGET_TIMES}×`;

export const etcdFace: Benchmark = {
  name: 'face/etcd',
  run: async (context) => {
    const [program, h2load] = [findProgram('etcd'), findProgram('h2load')];
    if (program === undefined) return [skippedRow('the etcd door', target, 'etcd not found')];
    if (h2load === undefined) return [skippedRow('the etcd door', target, 'h2load not found')];
    const ours = await startRollcall(join(context.directory, 'ours'), context.cleanup, ['--etcd', '0']);
    const theirs = await startEtcd(program, context);
    const child: Child<EtcdQuestion, EtcdAnswer> = startChild(new URL('../processes/etcd-clients.ts', import.meta.url), context.cleanup);
    const servers = [{ pid: ours.pid, port: ours.etcdPort }, theirs];
    const works = worksOf(context, h2load, child);
    for (let round = 0; round < (context.quick ? 3 : 5); round++) {
      for (const work of works) {
        for (const [at, server] of servers.entries()) {
          await untilIdle(servers.map(({ pid }) => pid));
          work.results[at]?.push(await borneBy(server, work.run));
        }
      }
    }
    await Promise.all([child.end(), ours.end(), theirs.end()]);
    return works.map(rowOf);
  },
};

interface Server {
  readonly pid: number;
  readonly port: number;
}

interface Borne extends EtcdAnswer {
  readonly cpuUs: number;
}

interface Work {
  readonly title: string;
  /** Ours, and etcd's. */
  readonly results: readonly [Borne[], Borne[]];
  run(port: number): Promise<EtcdAnswer>;
}

function worksOf(context: BenchmarkContext, h2load: string, child: Child<EtcdQuestion, EtcdAnswer>): readonly Work[] {
  const load = { clients: CLIENTS, warmUpMs: 500, durationMs: context.quick ? 1000 : 2500 };
  const key = Buffer.from('bench/key');
  const put = etcd.putRequest.encode({ ...etcd.putRequest.empty, key, value: Buffer.alloc(VALUE_BYTES, 'v') });
  const range = etcd.rangeRequest.encode({ ...etcd.rangeRequest.empty, key });
  const work = (title: string, run: Work['run']): Work => ({ title, run, results: [[], []] });
  const unary = (method: string, message: Uint8Array): Work['run'] => {
    return (port) => h2loadCalls(h2load, { ...load, port, method, message, directory: context.directory });
  };
  return [
    work(`durable puts, ${CLIENTS} clients`, unary('KV/Put', put)),
    work(`ranges of one key, ${CLIENTS} clients`, unary('KV/Range', range)),
    work(`keepalives on one stream, ${CLIENTS} under way`, (port) => child.ask({ work: 'keepalives', port, ...load })),
    work(`one put to 1,000 watchers of ${CLIENTS} clients`, (port) => child.ask({ work: 'watchers', port, ...load })),
  ];
}

interface Calls {
  readonly port: number;
  readonly method: string;
  readonly message: Uint8Array;
  readonly directory: string;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

async function h2loadCalls(program: string, { port, method, message, directory, warmUpMs, durationMs }: Calls): Promise<EtcdAnswer> {
  const body = join(directory, method.replace('/', '-'));
  await writeFile(body, framed(Buffer.from(message)));
  const { stdout } = await promisify(execFile)(program, [
    `-c${CLIENTS}`,
    '-m1',
    `-D${durationMs}ms`,
    `--warm-up-time=${warmUpMs}ms`,
    `-d${body}`,
    '-Hcontent-type: application/grpc',
    '-Hte: trailers',
    `http://127.0.0.1:${port}/etcdserverpb.${method}`,
  ]);
  const counted = Number(/(\d+) succeeded/.exec(stdout)?.[1] ?? NaN);
  const each = counted / (durationMs / 1000);
  return { done: counted + (each * warmUpMs) / 1000, perSecond: each, medianMs: NaN };
}

async function borneBy({ pid, port }: Server, run: Work['run']): Promise<Borne> {
  const beforeMs = cpuTimeMs(pid);
  const answer = await run(port);
  return { ...answer, cpuUs: ((cpuTimeMs(pid) - beforeMs) * 1000) / answer.done };
}

function rowOf({ title, results: [ours, theirs] }: Work): Row {
  const rates = (results: readonly Borne[]): readonly number[] => results.map(({ perSecond }) => perSecond);
  const ratio = ratioOf(rates(ours), rates(theirs));
  const cpu = (results: readonly Borne[]): string => few(spreadOf(results.map(({ cpuUs }) => cpuUs)).median);
  const median = (results: readonly Borne[]): number => spreadOf(results.map(({ medianMs }) => medianMs)).median;
  const latency = Number.isNaN(median(ours))
    ? []
    : [`until the last one has heard: ours ${few(median(ours))} ms, etcd ${few(median(theirs))} ms`];
  return {
    work: title,
    measured: perSecond(spreadOf(rates(ours))),
    beside: `etcd: ${perSecond(spreadOf(rates(theirs)))}`,
    ratio: times(ratio),
    target,
    met: ratio.median >= TARGET_TIMES,
    notes: [`CPU of the server: ours ${cpu(ours)} µs each, etcd ${cpu(theirs)} µs`, ...latency],
  };
}
