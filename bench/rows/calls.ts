/**
 * What a call costs beyond the bare one: `registry.fetch` of a service with three instances, against the platform's `fetch` over an agent of
 * undici to the same three in turn. Rounds in turns; the ratio is of the time of the processor, which a neighbour on the machine
 * disturbs less, with the wall's beside it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { connect } from '@rollcall/client';
import { startRegistry } from 'rollcall';
import { Agent } from 'undici';
import { times } from '../support/figures.js';
import type { Benchmark, BenchmarkContext, Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';

const TARGET = 1.1;
const INSTANCES = 3;
const CALLERS = [1, 16];
const CALLS_PER_ROUND = 1500;

const PROGRAM = `
const { createServer } = require('node:http');
const server = createServer((request, response) => { request.resume(); response.end('ok'); });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

interface Round {
  readonly cpuUs: number;
  readonly wallUs: number;
}

export const calls: Benchmark = {
  name: 'client/calls',
  run: async (context) => {
    const ports = await startInstances(context);
    const embedded = await startRegistry();
    const registry = connect({ url: embedded.url });
    for (const port of ports) await registry.api.register({ service: 'payments', host: '127.0.0.1', port, ttl: 'none' });
    const dispatcher = new Agent({ keepAliveTimeout: 4000 });
    let turn = 0;
    const bare = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${ports[turn++ % INSTANCES]}/charge`, { dispatcher } as object)).text();
    const ours = async (): Promise<string> => (await registry.fetch('http://payments/charge')).text();
    const rows: Row[] = [];
    for (const callers of CALLERS) rows.push(await compared(callers, ours, bare, context.quick ? 6 : 20));
    await registry.close();
    await dispatcher.close();
    await embedded.close();
    return rows;
  },
};

async function startInstances({ cleanup }: BenchmarkContext): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let at = 0; at < INSTANCES; at++) {
    const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
    cleanup.add(() => child.kill('SIGKILL'));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    ports.push(Number(line.toString()));
  }
  return ports;
}

async function compared(callers: number, ours: () => Promise<string>, bare: () => Promise<string>, rounds: number): Promise<Row> {
  const [our, their]: [Round[], Round[]] = [[], []];
  // The first round warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    const both = [
      { call: ours, results: our },
      { call: bare, results: their },
    ];
    for (const { call, results } of round % 2 === 0 ? both : both.toReversed()) {
      const result = await oneRound(call, callers);
      if (round > 0) results.push(result);
    }
  }
  const cpu = (results: readonly Round[]): readonly number[] => results.map(({ cpuUs }) => cpuUs);
  const wall = (results: readonly Round[]): readonly number[] => results.map(({ wallUs }) => wallUs);
  const ratio = ratioOf(cpu(our), cpu(their));
  return {
    work: `registry.fetch of three instances, ${callers} at a time`,
    measured: `${spreadOf(cpu(our)).median.toFixed(0)} µs of the processor`,
    beside: `fetch over undici ${spreadOf(cpu(their)).median.toFixed(0)} µs`,
    ratio: times(ratio),
    target: `≤ ${TARGET}×`,
    met: ratio.median <= TARGET,
    notes: [`By the wall clock, ${callers} at a time: ${times(ratioOf(wall(our), wall(their)))}.`],
  };
}

async function oneRound(call: () => Promise<string>, callers: number): Promise<Round> {
  const [startMs, cpuBefore] = [performance.now(), process.cpuUsage()];
  let left = CALLS_PER_ROUND;
  const work = Array.from({ length: callers }, async () => {
    while (left-- > 0) await call();
  });
  await Promise.all(work);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuUs: (user + system) / CALLS_PER_ROUND, wallUs: ((performance.now() - startMs) * 1000) / CALLS_PER_ROUND };
}
