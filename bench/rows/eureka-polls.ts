/**
 * A thousand clients that ask Eureka's API what changed, against a real Eureka server in the same run: as often, of as many
 * instances, as many of which change meanwhile. They ask every second, so it is the load of thirty thousand at usual settings.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { EurekaPollersAnswer, EurekaPollersQuestion } from '../processes/eureka-pollers.js';
import { startChild, type Child } from '../support/child.js';
import { cpuTimeMs, untilIdle } from '../support/cpu-time.js';
import { eurekaJar, realServer, startEurekaServer } from '../support/eureka-server.js';
import { few, milliseconds, times } from '../support/figures.js';
import { CLIENT_CORE, pin, pinningNote, SERVER_CORE } from '../support/pinned.js';
import { startRollcall } from '../support/rollcall.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';

const POLLERS = 1_000;
const EVERY_MS = 1_000;
const CHANGES_PER_SECOND = 10;
const CHANGING = 200;

const works = {
  time: `Eureka: ${POLLERS.toLocaleString('en')} clients that ask for the delta every second, ${CHANGES_PER_SECOND} changes/s: 99 of 100 answered`,
  cpu: 'Eureka: the same, of a core',
};

interface Told extends EurekaPollersAnswer {
  /** Of the server, and of the time that it took. */
  readonly cores: number;
}

interface Party {
  readonly pid: number;
  readonly port: number;
  readonly told: Told[];
}

type Pollers = Child<EurekaPollersQuestion, EurekaPollersAnswer>;

export const eurekaPolls: Benchmark = {
  name: 'eureka/polls',
  run: async (context) => {
    const found = await eurekaJar();
    if ('missing' in found) return Object.values(works).map((work) => skippedRow(work, '', found.missing));
    const { cleanup, directory, quick } = context;
    const rollcall = await startRollcall(await mkdtemp(join(directory, 'registry-')), cleanup);
    const java = await startEurekaServer(found.jar, cleanup);
    const pollers: Pollers = startChild(new URL('../processes/eureka-pollers.ts', import.meta.url), cleanup);
    pin(pollers.pid, CLIENT_CORE);
    const ours: Party = { pid: rollcall.pid, port: rollcall.port, told: [] };
    const real: Party = { pid: java.pid, port: Number(java.ready), told: [] };
    for (const { pid } of [ours, real]) pin(pid, SERVER_CORE);
    for (const { port } of [ours, real]) await poll(pollers, port, quick ? 8 : 20);
    for (let round = 0; round < (quick ? 2 : 4); round++)
      for (const party of round % 2 === 0 ? [ours, real] : [real, ours]) await measure(party, [ours, real], pollers, context);
    await Promise.all([rollcall.end(), java.end(), pollers.end()]);
    return rowsOf(ours, real);
  },
};

async function measure(
  { pid, port, told }: Party,
  parties: readonly Party[],
  pollers: Pollers,
  { quick }: BenchmarkContext,
): Promise<void> {
  await untilIdle(parties.map((party) => party.pid));
  const seconds = quick ? 4 : 10;
  const beforeMs = cpuTimeMs(pid);
  const answer = await poll(pollers, port, seconds);
  told.push({ ...answer, cores: (cpuTimeMs(pid) - beforeMs) / (seconds * 1000) });
}

function poll(pollers: Pollers, port: number, seconds: number): Promise<EurekaPollersAnswer> {
  const fleet = { kind: 'changing', count: CHANGING, port: 9 };
  const load = { pollers: POLLERS, everyMs: EVERY_MS, forMs: seconds * 1000, fleet, changesPerSecond: CHANGES_PER_SECOND };
  return pollers.ask({ port, ...load });
}

function rowsOf(ours: Party, real: Party): readonly Row[] {
  const of = (party: Party, figure: keyof Told): readonly number[] => party.told.map((told) => told[figure]);
  const row = (work: string, figure: 'p99Ms' | 'cores', write: (samples: readonly number[]) => string): Row => ({
    work,
    measured: write(of(ours, figure)),
    beside: `Eureka server ${write(of(real, figure))}`,
    ratio: times(ratioOf(of(ours, figure), of(real, figure))),
    target: '',
    met: null,
    notes: [
      `a delta holds the ${CHANGING} that changed; gzipped: ours ${few(ours.told.at(-1)?.bytes ?? NaN)} bytes, the Eureka server's ${few(real.told.at(-1)?.bytes ?? NaN)}, which are up to 30 s old`,
      `beside it: ${realServer}`,
      pinningNote,
    ],
  });
  return [
    row(works.time, 'p99Ms', (samples) => milliseconds(spreadOf(samples))),
    row(works.cpu, 'cores', (samples) => few(spreadOf(samples).median)),
  ];
}
