/**
 * The two calls that make nearly all of a registry's traffic, one read and one heartbeat, against a bare program on node:http that
 * answers the same bytes without looking: the same client, rounds in turns. What the ratio leaves is all that we cost.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpServerAnswer, HttpServerQuestion } from '../processes/http-server.js';
import { startChild, type Child } from './child.js';
import { untilIdle } from './cpu-time.js';
import { few, perSecond, times } from './figures.js';
import { connectHttp, type HttpConnection } from './http-client.js';
import { pin, pinningNote, SERVER_CORE } from './pinned.js';
import { findProgram } from '../../test/support/find-program.js';
import { skippedRow, type BenchmarkContext, type Row } from './row.js';
import { ratioOf, spreadOf } from './statistics.js';
import { runWrk, writePutScript, type WrkLoad, type WrkResult } from './wrk.js';

export const HOT_CONNECTIONS = 64;

/** As many different ones beat. */
const BEATING = 1000;

type What = 'read' | 'beat';

export interface HotCalls {
  readonly work: Readonly<Record<What, string>>;
  /** Of what the bare program does; `null` for a figure that only stands beside. */
  readonly targets: Readonly<Record<What, number | null>>;
  readonly readPath: string;
  /** What stands before the number of whoever beats. */
  readonly beatPath: string;
  /** Registers those who are read, and `beating` who beat. */
  readonly populate: (connection: HttpConnection, beating: number) => Promise<void>;
}

type Server = Child<HttpServerQuestion, HttpServerAnswer>;

interface Way {
  readonly what: What;
  readonly who: 'ours' | 'bare';
  readonly results: WrkResult[];
  readonly run: () => Promise<WrkResult>;
}

const whats: readonly What[] = ['read', 'beat'];

export async function measureHotCalls(calls: HotCalls, context: BenchmarkContext): Promise<readonly Row[]> {
  const { work, targets, readPath, beatPath } = calls;
  const program = findProgram('wrk');
  if (program === undefined) return whats.map((what) => skippedRow(work[what], targetText(targets[what]), 'wrk not found'));
  const [ours, bare] = [startServer(context), startServer(context)];
  const port = await ours.ask({ registry: await mkdtemp(join(context.directory, 'registry-')) });
  const connection = await connectHttp(port);
  await calls.populate(connection, BEATING);
  connection.close();
  const barePort = await bare.ask({ bare: await answerOf(port, readPath) });
  for (const { pid } of [ours, bare]) pin(pid, SERVER_CORE);
  const load: WrkLoad = { program, connections: HOT_CONNECTIONS, seconds: 1 };
  const beats: WrkLoad = { ...load, script: await writePutScript(context.directory, beatPath, BEATING) };
  const way = (what: What, who: Way['who'], server: Server, at: number): Way => ({
    what,
    who,
    results: [],
    run: () => runWrk(what === 'read' ? load : beats, `http://127.0.0.1:${at}${readPath}`, server.pid),
  });
  const ways = whats.flatMap((what) => [way(what, 'bare', bare, barePort), way(what, 'ours', ours, port)]);
  // The first round warms up and does not count.
  for (let round = 0; round <= (context.quick ? 4 : 10); round++) {
    for (const { run, results } of round % 2 === 0 ? ways : ways.toReversed()) {
      await untilIdle([ours.pid, bare.pid]);
      const result = await run();
      if (round > 0) results.push(result);
    }
  }
  await Promise.all([ours.end(), bare.end()]);
  return whats.map((what) => rowOf(work[what], targets[what], resultsOf(ways, what, 'ours'), resultsOf(ways, what, 'bare')));
}

function startServer({ cleanup }: BenchmarkContext): Server {
  return startChild(new URL('../processes/http-server.ts', import.meta.url), cleanup);
}

/** What the bare program is to say. Node adds the date and what it says of the connection to both. */
async function answerOf(port: number, path: string): Promise<{ readonly headers: readonly string[]; readonly body: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  const own = [...answer.headers].filter(([name]) => !/^(?:date|connection|keep-alive)$/.test(name));
  return { headers: own.flat(), body: await answer.text() };
}

function resultsOf(ways: readonly Way[], what: What, who: Way['who']): readonly WrkResult[] {
  return ways.find((way) => way.what === what && way.who === who)?.results ?? [];
}

function rowOf(work: string, target: number | null, ours: readonly WrkResult[], bare: readonly WrkResult[]): Row {
  const rates = (results: readonly WrkResult[]): readonly number[] => results.map((result) => result.perSecond);
  const costs = (results: readonly WrkResult[]): readonly number[] => results.map((result) => result.usPerRequest);
  const ratio = ratioOf(rates(ours), rates(bare));
  const cost = ratioOf(costs(bare), costs(ours));
  return {
    work,
    measured: perSecond(spreadOf(rates(ours))),
    beside: `bare node:http ${perSecond(spreadOf(rates(bare)))}`,
    ratio: times(ratio),
    target: targetText(target),
    met: target === null ? null : ratio.median >= target,
    notes: [
      `the server's CPU per request: ours ${few(spreadOf(costs(ours)).median)} µs, bare ${few(spreadOf(costs(bare)).median)} µs; by that measure ${times(cost)}`,
      pinningNote,
    ],
  };
}

function targetText(target: number | null): string {
  return target === null ? '' : `≥ ${target}×`;
}
