/** How soon a watcher knows: of a goodbye, and of a target whose process was killed. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeClientsQuestion } from '../processes/probe-clients.js';
import type { TargetsQuestion } from '../processes/probe-targets.js';
import { startChild, type Child } from '../support/child.js';
import { few } from '../support/figures.js';
import { startRollcall } from '../support/rollcall.js';
import type { Benchmark, BenchmarkContext, Row } from '../support/row.js';
import { percentile } from '../support/statistics.js';

/** The shortest that a check may have: whoever is killed is asked half of it later, on the average. */
const INTERVAL_MS = 1_000;
const PORTS_EACH = 40;
const NOTICED_WITHIN_MS = 10_000;
const GOODBYE_MAX_MS = 50;

export const noticing: Benchmark = {
  name: 'probes/noticing',
  run: async (context) => {
    const { directory, cleanup, quick } = context;
    const registry = await startRollcall(join(directory, 'registry'), cleanup);
    const clients: Clients = startChild(new URL('../processes/probe-clients.ts', import.meta.url), cleanup);
    const goodbyes = await clients.ask({ work: 'leave', port: registry.port, instances: quick ? 100 : 500 });
    const deaths: number[] = [];
    const processes = quick ? 2 : 8;
    for (let at = 0; at < processes; at++) deaths.push(...(await deathsOf(registry.port, clients, context)));
    await Promise.all([clients.end(), registry.end()]);
    return rowsOf(goodbyes, deaths, processes * PORTS_EACH - deaths.length);
  },
};

type Clients = Child<ProbeClientsQuestion, readonly number[]>;

/** One process with many ports, killed at any moment of their turns. */
async function deathsOf(port: number, clients: Clients, { cleanup }: BenchmarkContext): Promise<readonly number[]> {
  const targets: Child<TargetsQuestion, readonly number[]> = startChild(new URL('../processes/probe-targets.ts', import.meta.url), cleanup);
  const pagePorts = await targets.ask({ open: PORTS_EACH });
  const [passing] = await clients.ask({ work: 'gather', port, pagePorts });
  if (passing !== PORTS_EACH) throw new Error(`${passing} of ${PORTS_EACH} targets were passing`);
  await sleep(Math.random() * INTERVAL_MS);
  const killedEpochMs = performance.timeOrigin + performance.now();
  await targets.end();
  return clients.ask({ work: 'notice', port, killedEpochMs, withinMs: NOTICED_WITHIN_MS });
}

function rowsOf(goodbyes: readonly number[], deaths: readonly number[], unnoticed: number): readonly Row[] {
  const share = (times: readonly number[], of: number): number =>
    percentile(
      times.toSorted((one, other) => one - other),
      of,
    );
  const spread = (times: readonly number[]): string => `median ${few(share(times, 0.5))} ms, 99th percentile ${few(share(times, 0.99))} ms`;
  return [
    {
      work: `a goodbye, until a watcher has it`,
      measured: spread(goodbyes),
      beside: '',
      ratio: '',
      target: `99 % ≤ ${GOODBYE_MAX_MS} ms`,
      met: share(goodbyes, 0.99) <= GOODBYE_MAX_MS,
      notes: ['durable before it is told'],
    },
    {
      work: `a target's process is killed, until a watcher knows, probed every second, one failure enough`,
      measured: spread(deaths),
      beside: `half an interval ${INTERVAL_MS / 2} ms`,
      ratio: `${few(share(deaths, 0.5) / (INTERVAL_MS / 2))}×`,
      target: 'all noticed',
      met: unnoticed === 0,
      notes: unnoticed === 0 ? [] : [`${unnoticed} were not noticed within ${NOTICED_WITHIN_MS / 1_000} s`],
    },
  ];
}
