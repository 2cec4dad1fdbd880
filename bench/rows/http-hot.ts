/**
 * The two calls that make nearly all of a registry's traffic, against a bare program on node:http that answers the same bytes
 * without looking: the same client, rounds in turns. What the ratio leaves is all that we cost.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpServerAnswer, HttpServerQuestion } from '../processes/http-server.js';
import { startChild, type Child } from '../support/child.js';
import { untilIdle } from '../support/cpu-time.js';
import { few, perSecond, times } from '../support/figures.js';
import { connectHttp, requestOf } from '../support/http-client.js';
import { pin, pinningNote, SERVER_CORE } from '../support/pinned.js';
import { findProgram } from '../support/programs.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';
import { runWrk, writePutScript, type WrkLoad, type WrkResult } from '../support/wrk.js';

const CONNECTIONS = 64;
const TARGET = 0.9;
/** Six of them are an answer of two kilobytes. */
const INSTANCES = 6;
/** As many different ones beat. */
const BEATING = 1000;

const READ_PATH = '/services/payments/instances';
const work = {
  read: `hot discovery reads of 2 KB, ${CONNECTIONS} connections`,
  beat: `heartbeats, one a request, ${CONNECTIONS} connections`,
};

type Server = Child<HttpServerQuestion, HttpServerAnswer>;

interface Way {
  readonly what: keyof typeof work;
  readonly who: 'ours' | 'bare';
  readonly results: WrkResult[];
  readonly run: () => Promise<WrkResult>;
}

export const httpHot: Benchmark = {
  name: 'http/hot',
  run: async (context) => {
    const program = findProgram('wrk');
    if (program === undefined) return Object.values(work).map((title) => skippedRow(title, `≥ ${TARGET}×`, 'wrk not found'));
    const [ours, bare] = [startServer(context), startServer(context)];
    const port = await ours.ask({ registry: await mkdtemp(join(context.directory, 'registry-')) });
    await populate(port);
    const barePort = await bare.ask({ bare: await answerOf(port) });
    for (const { pid } of [ours, bare]) pin(pid, SERVER_CORE);
    const load: WrkLoad = { program, connections: CONNECTIONS, seconds: 1 };
    const beats: WrkLoad = { ...load, script: await writePutScript(context.directory, '/heartbeat/beating-', BEATING) };
    const way = (what: Way['what'], who: Way['who'], server: Server, at: number): Way => ({
      what,
      who,
      results: [],
      run: () => runWrk(what === 'read' ? load : beats, `http://127.0.0.1:${at}${READ_PATH}`, server.pid),
    });
    const ways = (['read', 'beat'] as const).flatMap((what) => [way(what, 'bare', bare, barePort), way(what, 'ours', ours, port)]);
    // The first round warms up and does not count.
    for (let round = 0; round <= (context.quick ? 4 : 10); round++) {
      for (const { run, results } of round % 2 === 0 ? ways : ways.toReversed()) {
        await untilIdle([ours.pid, bare.pid]);
        const result = await run();
        if (round > 0) results.push(result);
      }
    }
    await Promise.all([ours.end(), bare.end()]);
    return (['read', 'beat'] as const).map((what) => rowOf(what, ways));
  },
};

function startServer({ cleanup }: BenchmarkContext): Server {
  return startChild(new URL('../processes/http-server.ts', import.meta.url), cleanup);
}

async function populate(port: number): Promise<void> {
  const connection = await connectHttp(port);
  const register = (fields: object): Promise<number> =>
    connection.send(requestOf('POST', '/register', JSON.stringify({ ...fields, ttl: '1h' })));
  for (let at = 0; at < INSTANCES; at++) {
    await register({ service: 'payments', host: `10.0.0.${at}`, port: 8080, tags: ['v1', 'blue'], zone: 'a', version: '1.2.3' });
  }
  for (let at = 0; at < BEATING; at++) await register({ service: `service-${at % 50}`, id: `beating-${at}`, host: '10.0.1.1' });
  connection.close();
}

/** What the bare program is to say. Node adds the date and what it says of the connection to both. */
async function answerOf(port: number): Promise<{ readonly headers: readonly string[]; readonly body: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}${READ_PATH}`);
  const own = ['etag', 'rollcall-revision', 'cache-control', 'content-type', 'content-length'];
  return { headers: own.flatMap((name) => [name, answer.headers.get(name) ?? '']), body: await answer.text() };
}

function rowOf(what: Way['what'], ways: readonly Way[]): Row {
  const [bare, ours] = (['bare', 'ours'] as const).map((who) => ways.find((way) => way.what === what && way.who === who)?.results ?? []);
  const rates = (results: readonly WrkResult[] = []): readonly number[] => results.map((result) => result.perSecond);
  const costs = (results: readonly WrkResult[] = []): readonly number[] => results.map((result) => result.usPerRequest);
  const ratio = ratioOf(rates(ours), rates(bare));
  const cost = ratioOf(costs(bare), costs(ours));
  return {
    work: work[what],
    measured: perSecond(spreadOf(rates(ours))),
    beside: `bare node:http ${perSecond(spreadOf(rates(bare)))}`,
    ratio: times(ratio),
    target: `≥ ${TARGET}×`,
    met: ratio.median >= TARGET,
    notes: [
      `the server's CPU per request: ours ${few(spreadOf(costs(ours)).median)} µs, bare ${few(spreadOf(costs(bare)).median)} µs; by that measure ${times(cost)}`,
      pinningNote,
    ],
  };
}
