/**
 * Questions over udp, against a bare program on node:dgram that sends back what it gets: the same client, rounds in turns. And what
 * heartbeats, on another thread of the same process, notice of it.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UdpEchoAnswer } from '../processes/udp-echo.js';
import type { HttpLoadQuestion } from '../processes/http-load.js';
import { startChild, type Child } from '../support/child.js';
import { untilIdle } from '../support/cpu-time.js';
import { runDnsperf, type DnsResult } from '../support/dnsperf.js';
import { few, milliseconds, perSecond, times } from '../support/figures.js';
import { connectHttp, requestOf } from '../support/http-client.js';
import type { LoadResult } from '../support/load.js';
import { pin, pinningNote, SERVER_CORE } from '../support/pinned.js';
import { findProgram } from '../../test/support/find-program.js';
import { startRollcall, type Rollcall } from '../support/rollcall.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';

const TARGET = 0.8;
const SERVICES = 100;
const INSTANCES_EACH = 8;
/** As many as a program that asks again and again has. */
const HOT = 20;
const MISSES = 5000;
/** Not so many that they wait for each other. */
const BEATING = 8;

const titles = {
  hot: `DNS over udp, ${HOT} names of ${INSTANCES_EACH} instances each, A`,
  srv: 'the same, SRV with the addresses beside them',
  mixed: `${SERVICES} names, A, AAAA, SRV, TXT and tags`,
  misses: `${MISSES} names that are not there`,
} as const;

type What = keyof typeof titles;

interface Way {
  readonly what: What | 'bare';
  readonly results: DnsResult[];
  readonly run: () => Promise<DnsResult>;
}

export const dnsAnswers: Benchmark = {
  name: 'dns/answers',
  run: async (context) => {
    const program = findProgram('dnsperf');
    if (program === undefined) return [skippedRow(titles.hot, `≥ ${TARGET}×`, 'dnsperf not found')];
    const registry = await startRollcall(await mkdtemp(join(context.directory, 'registry-')), context.cleanup, ['--dns', '0']);
    const bare: Child<null, UdpEchoAnswer> = startChild(new URL('../processes/udp-echo.ts', import.meta.url), context.cleanup);
    const barePort = (await bare.ask(null)).port;
    await populate(registry);
    const seconds = context.quick ? 1 : 2;
    const load = async (what: What): Promise<{ program: string; questions: string; seconds: number }> => ({
      program,
      questions: await writeQuestions(context, what),
      seconds,
    });
    const hot = await load('hot');
    const ways: Way[] = [{ what: 'bare', results: [], run: () => runDnsperf(hot, barePort, bare.pid) }];
    for (const what of Object.keys(titles) as What[]) {
      const one = await load(what);
      ways.push({ what, results: [], run: () => runDnsperf(one, registry.dnsPort, registry.pid) });
    }
    const beats = await beatsBeside(registry, () => runDnsperf({ ...hot, seconds: 5 }, registry.dnsPort, registry.pid), context);
    for (const { pid } of [registry, bare]) pin(pid, SERVER_CORE);
    // The first round warms up and does not count.
    for (let round = 0; round <= (context.quick ? 3 : 6); round++) {
      for (const { run, results } of round % 2 === 0 ? ways : ways.toReversed()) {
        await untilIdle([registry.pid, bare.pid]);
        const result = await run();
        if (round > 0) results.push(result);
      }
    }
    await Promise.all([registry.end(), bare.end()]);
    return [...(Object.keys(titles) as What[]).map((what) => rowOf(what, ways)), beats];
  },
};

async function populate({ port }: Rollcall): Promise<void> {
  const connection = await connectHttp(port);
  for (let at = 0; at < SERVICES; at++) {
    for (let one = 0; one < INSTANCES_EACH; one++) {
      const fields = {
        service: `service-${at}`,
        id: `i-${at}-${one}`,
        host: `10.0.${at}.${one}`,
        port: 8000 + one,
        tags: [one % 2 === 0 ? 'blue' : 'green'],
        ttl: '1h',
      };
      await connection.send(requestOf('POST', '/register', JSON.stringify(fields)));
    }
  }
  connection.close();
}

async function writeQuestions({ directory }: BenchmarkContext, what: What): Promise<string> {
  const file = join(directory, `${what}.questions`);
  const every = (count: number, line: (at: number) => string): readonly string[] => Array.from({ length: count }, (_, at) => line(at));
  const lines: Readonly<Record<What, readonly string[]>> = {
    hot: every(HOT, (at) => `service-${at}.service.rollcall A`),
    srv: every(HOT, (at) => `service-${at}.service.rollcall SRV`),
    mixed: every(SERVICES * 5, (at) => {
      const name = `service-${Math.floor(at / 5)}.service.rollcall`;
      return [`${name} A`, `${name} AAAA`, `${name} SRV`, `${name} TXT`, `blue.${name} A`][at % 5] as string;
    }),
    misses: every(MISSES, (at) => `nobody-${at}.service.rollcall A`),
  };
  await writeFile(file, `${lines[what].join('\n')}\n`);
  return file;
}

/** Heartbeats one a request, alone and while the other thread answers all that it can. Not pinned: threads are there to use cores. */
async function beatsBeside(registry: Rollcall, ask: () => Promise<DnsResult>, { cleanup, quick }: BenchmarkContext): Promise<Row> {
  const http: Child<HttpLoadQuestion, LoadResult> = startChild(new URL('../processes/http-load.ts', import.meta.url), cleanup);
  const load = { writers: BEATING, warmUpMs: 500, durationMs: quick ? 2000 : 3500 };
  const beat = (): Promise<LoadResult> => http.ask({ work: 'heartbeats', port: registry.port, load });
  await beat();
  const alone = await beat();
  const [answered, beside] = await Promise.all([ask(), beat()]);
  await http.end();
  return {
    work: `heartbeats, one a request, while DNS answers ${few(answered.perSecond / 1000)}k/s: 99th percentile`,
    measured: `${few(beside.p99Ms)} ms`,
    beside: `without DNS ${few(alone.p99Ms)} ms`,
    ratio: `${few(beside.p99Ms / alone.p99Ms)}×`,
    target: '',
    met: null,
    notes: [
      `heartbeats ${few(beside.perSecond / 1000)}k/s beside DNS, ${few(alone.perSecond / 1000)}k/s alone; whoever asks shares the same cores`,
    ],
  };
}

function rowOf(what: What, ways: readonly Way[]): Row {
  const of = (wanted: Way['what']): readonly DnsResult[] => ways.find((way) => way.what === wanted)?.results ?? [];
  const [ours, bare] = [of(what), of('bare')];
  const rates = (results: readonly DnsResult[]): readonly number[] => results.map((result) => result.perSecond);
  const costs = (results: readonly DnsResult[]): readonly number[] => results.map((result) => result.usPerQuestion);
  const ratio = ratioOf(rates(ours), rates(bare));
  return {
    work: titles[what],
    measured: perSecond(spreadOf(rates(ours))),
    beside: `bare node:dgram ${perSecond(spreadOf(rates(bare)))}`,
    ratio: times(ratio),
    target: what === 'hot' ? `≥ ${TARGET}×` : '',
    met: what === 'hot' ? ratio.median >= TARGET : null,
    notes: [
      `the server's CPU per question: ours ${few(spreadOf(costs(ours)).median)} µs, bare ${few(spreadOf(costs(bare)).median)} µs, by that measure ${times(ratioOf(costs(bare), costs(ours)))}; mean latency ${milliseconds(spreadOf(ours.map(({ meanMs }) => meanMs)))}`,
      pinningNote,
    ],
  };
}
