/**
 * A registry that asks: 50,000 pages every ten seconds, a connection for each question. How late they have their turns, what they
 * cost beside a bare loop of undici that asks the same pages as often, and whether heartbeats notice anything of it.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BareAnswer, BareQuestion } from '../processes/probe-bare.js';
import type { ProbeClientsQuestion } from '../processes/probe-clients.js';
import type { TargetsQuestion } from '../processes/probe-targets.js';
import { startChild, type Child } from '../support/child.js';
import { cpuTimeMs, untilIdle } from '../support/cpu-time.js';
import { few, megabytes } from '../support/figures.js';
import { boundBetween, metricsAt, type Metrics } from '../support/metrics.js';
import { residentBytes } from '../support/heap.js';
import { startRollcall, type Rollcall } from '../support/rollcall.js';
import type { Benchmark, BenchmarkContext, Row } from '../support/row.js';
import { percentile } from '../support/statistics.js';

const INTERVAL_S = 10;
const BEATS_PER_SECOND = 200;
const BEAT_MS = 10_000;
const LATE_MAX_S = 1;
const SETTLED_WITHIN_MS = 120_000;
const LOOK_MS = 500;
const PROBES = 'rollcall_probes_total';
const LATENESS = 'rollcall_probe_lateness_seconds';

/** In the environment, for whoever shares his machine with others. */
const CHECKS = 'ROLLCALL_BENCH_CHECKS';

interface Parties {
  readonly registry: Rollcall;
  readonly clients: Child<ProbeClientsQuestion, readonly number[]>;
  readonly targets: Child<TargetsQuestion, readonly number[]>;
  readonly bare: Child<BareQuestion, BareAnswer>;
}

interface Found {
  readonly checks: number;
  readonly seconds: number;
  readonly beatMs: Readonly<Record<'alone' | 'beside' | 'within', readonly number[]>>;
  readonly bare: BareAnswer;
  readonly registeredMs: number;
  readonly probes: number;
  readonly cpuMs: number;
  readonly quietProbes: number;
  readonly quietMs: number;
  readonly before: Metrics;
  readonly after: Metrics;
  readonly residentBytes: readonly [before: number, after: number];
}

export const probesOfAFleet: Benchmark = {
  name: 'probes/fleet',
  run: async (context) => {
    const checks = Number(process.env[CHECKS] ?? (context.quick ? 10_000 : 50_000));
    const seconds = context.quick ? 20 : 60;
    const parties = await assemble(context);
    const { registry, clients, targets, bare } = parties;
    const [pagePort = NaN] = await targets.ask({ open: 1 });
    const { port } = registry;
    const beating = { work: 'beat', port, perSecond: BEATS_PER_SECOND, forMs: BEAT_MS } as const;
    const asking = { port: pagePort, perSecond: checks / INTERVAL_S };
    // Warms both up.
    await Promise.all([bare.ask({ ...asking, forMs: 1_000 }), clients.ask({ ...beating, forMs: 1_000 })]);
    const alone = await clients.ask(beating);
    const [beside, answer] = await Promise.all([clients.ask(beating), bare.ask({ ...asking, forMs: BEAT_MS })]);
    const residentBefore = residentBytes(registry.pid);
    const [registeredMs = NaN] = await clients.ask({ work: 'register', port, instances: checks, pagePort });
    await settled(registry, checks);
    const before = await metricsAt(port);
    const within = await clients.ask(beating);
    const quiet = await measureQuiet(registry, seconds * 1_000 - BEAT_MS);
    const found = { checks, seconds, bare: answer, registeredMs, before, ...quiet };
    const resident = [residentBefore, residentBytes(registry.pid)] as const;
    await Promise.all([clients, bare, registry, targets].map((one) => one.end()));
    return rowsOf({
      ...found,
      beatMs: { alone, beside, within },
      probes: quiet.after.total(PROBES) - before.total(PROBES),
      residentBytes: resident,
    });
  },
};

async function assemble({ directory, cleanup }: BenchmarkContext): Promise<Parties> {
  const child = <Question, Answer>(name: string): Child<Question, Answer> =>
    startChild(new URL(`../processes/${name}.ts`, import.meta.url), cleanup);
  const registry = await startRollcall(join(directory, 'registry'), cleanup);
  return { registry, clients: child('probe-clients'), targets: child('probe-targets'), bare: child('probe-bare') };
}

/** Everybody was asked, and what was found is written. */
async function settled({ port, pid }: Rollcall, checks: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < SETTLED_WITHIN_MS; waitedMs += LOOK_MS) {
    await sleep(LOOK_MS);
    const metrics = await metricsAt(port);
    if (metrics.total(PROBES) >= checks && metrics.total('rollcall_verdicts_total') >= checks) return untilIdle([pid]);
  }
  throw new Error(`${checks} checks had not all been asked within ${SETTLED_WITHIN_MS / 1_000} s`);
}

/** Nobody asks the registry for anything: all that it does is asking. */
async function measureQuiet({ port, pid }: Rollcall, forMs: number): Promise<Pick<Found, 'after' | 'cpuMs' | 'quietProbes' | 'quietMs'>> {
  const [first, cpuBefore, beganMs] = [await metricsAt(port), cpuTimeMs(pid), performance.now()];
  await sleep(forMs);
  const [cpuMs, quietMs, after] = [cpuTimeMs(pid) - cpuBefore, performance.now() - beganMs, await metricsAt(port)];
  return { after, cpuMs, quietMs, quietProbes: after.total(PROBES) - first.total(PROBES) };
}

function rowsOf(found: Found): readonly Row[] {
  const {
    checks,
    seconds,
    beatMs,
    bare,
    registeredMs,
    probes,
    cpuMs,
    quietProbes,
    quietMs,
    before,
    after,
    residentBytes: resident,
  } = found;
  const whom = checks.toLocaleString('en');
  const lateS = boundBetween(before, after, LATENESS, 0.99);
  const [ours, theirs] = [(cpuMs * 1_000) / quietProbes, (bare.cpuMs * 1_000) / bare.asked];
  const p99 = (times: readonly number[]): number =>
    percentile(
      times.toSorted((one, other) => one - other),
      0.99,
    );
  return [
    {
      work: `${whom} HTTP probes every ${INTERVAL_S} s for ${seconds} s: how late the 99th percentile had its turn`,
      measured: `≤ ${few(lateS)} s`,
      beside: `${few(probes / seconds / 1_000)}k probes/s`,
      ratio: '',
      target: `≤ ${LATE_MAX_S} s`,
      met: lateS <= LATE_MAX_S && probes >= 0.95 * ((checks * seconds) / INTERVAL_S),
      notes: [
        `all of them registered, 500 a call, within ${few(registeredMs / 1_000)} s`,
        `the registry's CPU ${few((100 * cpuMs) / quietMs)} % of a core; resident ${megabytes(resident[1])}, before the fleet came ${megabytes(resident[0])}`,
      ],
    },
    {
      work: 'CPU for each probe, all of the registry counted',
      measured: `${few(ours)} µs`,
      beside: `bare undici ${few(theirs)} µs`,
      ratio: `${few(ours / theirs)}×`,
      target: '',
      met: null,
      notes: [
        'a connection for each question on both sides; the bare loop asks the same pages at the same rate in a process of its own, and does nothing with the answer',
        ...(bare.failed === 0 ? [] : [`${bare.failed} of its ${bare.asked} requests failed`]),
      ],
    },
    {
      work: 'a heartbeat while that goes on, 99th percentile',
      measured: `${few(p99(beatMs.within))} ms`,
      beside: `beside the bare loop ${few(p99(beatMs.beside))} ms`,
      ratio: `${few(p99(beatMs.within) / p99(beatMs.beside))}×`,
      target: '',
      met: null,
      notes: [
        `${BEATS_PER_SECOND} a second on eight connections; with nothing else going on ${few(p99(beatMs.alone))} ms; beside the bare loop the machine is as busy, and the registry is not`,
      ],
    },
  ];
}
