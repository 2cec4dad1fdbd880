/**
 * One change told to ten thousand blocking queries of Consul's API, against a bare program that holds as many long polls and answers
 * them with the same bytes: from the request that makes the change until each of them has it. Ours also makes the change durable.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpServerAnswer, HttpServerQuestion } from '../processes/http-server.js';
import type { PollersAnswer, PollersQuestion } from '../processes/pollers.js';
import { startChild, type Child } from '../support/child.js';
import { untilIdle } from '../support/cpu-time.js';
import { few, milliseconds, times } from '../support/figures.js';
import { CLIENT_CORE, pin, pinningNote, SERVER_CORE } from '../support/pinned.js';
import type { Benchmark, BenchmarkContext, Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';

const POLLERS = 10_000;
const FIRST_POLLERS = 100;
const CHANGES = 5;

const PATH = '/v1/health/service/payments?passing';
const target = { time: 2, memory: 1.3 };

interface Party {
  readonly server: Child<HttpServerQuestion, HttpServerAnswer>;
  readonly pollers: Child<PollersQuestion, PollersAnswer>;
  readonly port: number;
  readonly told: PollersAnswer[];
  heapBytes: number;
}

export const consulPolls: Benchmark = {
  name: 'consul/polls',
  run: async (context) => {
    const ours = await startParty(context, { registry: await mkdtemp(join(context.directory, 'registry-')) });
    await tell(ours, 0);
    const bare = await startParty(context, { polling: await answerOf(ours.port) });
    for (const party of [ours, bare]) await openAll(party);
    for (let change = 0; change <= CHANGES; change++) {
      for (const party of change % 2 === 0 ? [bare, ours] : [ours, bare]) {
        await untilIdle([ours.server.pid, bare.server.pid]);
        const told = await tell(party, 1 + change);
        // The first one warms up.
        if (change > 0) party.told.push(told);
      }
    }
    await Promise.all([ours, bare].flatMap(({ server, pollers }) => [server.end(), pollers.end()]));
    return rowsOf(ours, bare);
  },
};

async function startParty({ cleanup }: BenchmarkContext, open: HttpServerQuestion): Promise<Party> {
  const server: Party['server'] = startChild(new URL('../processes/http-server.ts', import.meta.url), cleanup);
  const pollers: Party['pollers'] = startChild(new URL('../processes/pollers.ts', import.meta.url), cleanup);
  const port = await server.ask(open);
  pin(server.pid, SERVER_CORE);
  pin(pollers.pid, CLIENT_CORE);
  return { server, pollers, port, told: [], heapBytes: NaN };
}

async function openAll(party: Party): Promise<void> {
  const { server, pollers, port } = party;
  // What the first connections make the program allocate for all is not counted.
  await pollers.ask({ port, path: PATH, open: FIRST_POLLERS });
  const before = await server.ask({ measure: 'heap' });
  await pollers.ask({ port, path: PATH, open: POLLERS });
  party.heapBytes = ((await server.ask({ measure: 'heap' })) - before) / (POLLERS - FIRST_POLLERS);
}

/** The same instance again, with another number in it. */
function tell({ pollers, port }: Party, number: number): Promise<PollersAnswer> {
  const fields = { Name: 'payments', Address: '10.0.0.5', Port: 8080, Meta: { build: `${1000 + number}` } };
  return pollers.ask({ port, path: PATH, trigger: { method: 'PUT', path: '/v1/agent/service/register', body: JSON.stringify(fields) } });
}

async function answerOf(port: number): Promise<{ readonly headers: readonly string[]; readonly body: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}${PATH}`);
  const own = [...answer.headers].filter(([name]) => !/^(?:date|connection|keep-alive|x-consul-index)$/.test(name));
  return { headers: [...own.flat(), 'X-Consul-Index', answer.headers.get('x-consul-index') ?? ''], body: await answer.text() };
}

function rowsOf(ours: Party, bare: Party): readonly Row[] {
  const memory = ours.heapBytes / bare.heapBytes;
  return [
    timeRow('half', 'p50Ms', ours, bare),
    timeRow('99 of 100', 'p99Ms', ours, bare),
    {
      work: 'Consul: memory per blocking query that waits',
      measured: `${few(ours.heapBytes / 1000)} kB`,
      beside: `bare ${few(bare.heapBytes / 1000)} kB`,
      ratio: `${few(memory)}×`,
      target: `≤ ${target.memory}×`,
      met: memory <= target.memory,
      notes: ['heap and buffers'],
    },
  ];
}

function timeRow(who: string, figure: 'p50Ms' | 'p99Ms', ours: Party, bare: Party): Row {
  const figures = ({ told }: Party): readonly number[] => told.map((one) => one[figure]);
  const ratio = ratioOf(figures(ours), figures(bare));
  return {
    work: `Consul: one change to ${POLLERS} blocking queries, until ${who} have it`,
    measured: milliseconds(spreadOf(figures(ours))),
    beside: `bare ${milliseconds(spreadOf(figures(bare)))}`,
    ratio: times(ratio),
    target: `≤ ${target.time}×`,
    met: ratio.median <= target.time,
    notes: [pinningNote],
  };
}
