/**
 * Consul's most frequent question, who passes of a service, against a bare program on node:http that answers the same bytes
 * without looking; and heartbeats as Consul's clients send them.
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
const TARGET = 0.85;
const INSTANCES = 6;
/** As many different checks are passed. */
const BEATING = 1000;

const PATH = '/v1/health/service/payments?passing';
const work = {
  read: `Consul: hot /v1/health/service?passing, ${CONNECTIONS} connections`,
  beat: `Consul: TTL checks passed, one a request, ${CONNECTIONS} connections`,
};

type Server = Child<HttpServerQuestion, HttpServerAnswer>;
type Rounds = Readonly<Record<'ours' | 'bare', WrkResult[]>>;

export const consulHot: Benchmark = {
  name: 'consul/hot',
  run: async (context) => {
    const program = findProgram('wrk');
    if (program === undefined) return Object.values(work).map((title) => skippedRow(title, `≥ ${TARGET}×`, 'wrk not found'));
    const [ours, bare] = [startServer(context), startServer(context)];
    const port = await ours.ask({ registry: await mkdtemp(join(context.directory, 'registry-')) });
    await populate(port);
    const barePort = await bare.ask({ bare: await answerOf(port) });
    for (const { pid } of [ours, bare]) pin(pid, SERVER_CORE);
    const load: WrkLoad = { program, connections: CONNECTIONS, seconds: 1 };
    const beats: WrkLoad = { ...load, script: await writePutScript(context.directory, '/v1/agent/check/pass/service:beating-', BEATING) };
    const rounds = { read: { ours: [], bare: [] }, beat: { ours: [], bare: [] } } as Readonly<Record<'read' | 'beat', Rounds>>;
    // The first round warms up and does not count.
    for (let round = 0; round <= (context.quick ? 4 : 10); round++) {
      for (const what of ['read', 'beat'] as const) {
        for (const who of round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
          await untilIdle([ours.pid, bare.pid]);
          const [at, server] = who === 'ours' ? [port, ours] : [barePort, bare];
          const result = await runWrk(what === 'read' ? load : beats, `http://127.0.0.1:${at}${PATH}`, server.pid);
          if (round > 0) rounds[what][who].push(result);
        }
      }
    }
    await Promise.all([ours.end(), bare.end()]);
    return [rowOf('read', rounds.read, TARGET), rowOf('beat', rounds.beat, null)];
  },
};

function startServer({ cleanup }: BenchmarkContext): Server {
  return startChild(new URL('../processes/http-server.ts', import.meta.url), cleanup);
}

async function populate(port: number): Promise<void> {
  const connection = await connectHttp(port);
  const register = (fields: object): Promise<number> =>
    connection.send(requestOf('PUT', '/v1/agent/service/register', JSON.stringify(fields)));
  for (let at = 0; at < INSTANCES; at++) {
    const check = { TTL: '1h', Status: 'passing' };
    await register({ Name: 'payments', ID: `payments-${at}`, Address: `10.0.0.${at}`, Port: 8080, Tags: ['v1', 'blue'], Check: check });
  }
  for (let at = 0; at < BEATING; at++) {
    const check = { TTL: '1h', Status: 'passing' };
    await register({ Name: `service-${at % 50}`, ID: `beating-${at}`, Address: '10.0.1.1', Check: check });
  }
  connection.close();
}

/** What the bare program is to say. Node adds the date and what it says of the connection to both. */
async function answerOf(port: number): Promise<{ readonly headers: readonly string[]; readonly body: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}${PATH}`);
  const own = [...answer.headers].filter(([name]) => !/^(?:date|connection|keep-alive)$/.test(name));
  return { headers: own.flat(), body: await answer.text() };
}

function rowOf(what: 'read' | 'beat', { ours, bare }: Rounds, target: number | null): Row {
  const rates = (results: readonly WrkResult[]): readonly number[] => results.map((result) => result.perSecond);
  const costs = (results: readonly WrkResult[]): readonly number[] => results.map((result) => result.usPerRequest);
  const ratio = ratioOf(rates(ours), rates(bare));
  return {
    work: work[what],
    measured: perSecond(spreadOf(rates(ours))),
    beside: `bare node:http ${perSecond(spreadOf(rates(bare)))}`,
    ratio: times(ratio),
    target: target === null ? '' : `≥ ${target}×`,
    met: target === null ? null : ratio.median >= target,
    notes: [
      `the server's CPU per request: ours ${few(spreadOf(costs(ours)).median)} µs, bare ${few(spreadOf(costs(bare)).median)} µs`,
      pinningNote,
    ],
  };
}
