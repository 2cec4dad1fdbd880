/**
 * The benchmarks: each figure stands beside something that was measured in the same run.
 *
 *     npm run bench                     all of them, within eight minutes
 *     npm run bench -- store            those with `store` in their names
 *     npm run bench -- eureka           those that are beside a real Eureka server, which only run when they are named
 *     npm run bench -- --quick          shorter and rougher, within four minutes
 *
 * Our packages run as they were built, as a user has them: straight from the sources, what the loader adds to every function
 * can cost more than the function.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attendanceAtScale } from './rows/attendance.js';
import { balancing } from './rows/balancing.js';
import { calls } from './rows/calls.js';
import { catalogAtScale } from './rows/catalog.js';
import { clusterBeating } from './rows/cluster.js';
import { coldOpen } from './rows/cold-open.js';
import { consulHot } from './rows/consul-hot.js';
import { consulPolls } from './rows/consul-polls.js';
import { dnsAnswers } from './rows/dns.js';
import { dnsRendering } from './rows/dns-rendering.js';
import { etcdFace } from './rows/etcd-face.js';
import { etcdPuts } from './rows/etcd-puts.js';
import { eurekaHot } from './rows/eureka-hot.js';
import { eurekaNoticing } from './rows/eureka-noticing.js';
import { eurekaPolls } from './rows/eureka-polls.js';
import { beatingFleet } from './rows/fleet.js';
import { groupCommit } from './rows/group-commit.js';
import { httpHot } from './rows/http-hot.js';
import { httpWatch } from './rows/http-watch.js';
import { httpWrites } from './rows/http-writes.js';
import { liveViews } from './rows/live-views.js';
import { noticing } from './rows/noticing.js';
import { probesOfAFleet } from './rows/probes.js';
import { readyAgain } from './rows/ready-again.js';
import { watchFanOut } from './rows/watch-fan-out.js';
import { Cleanup } from './support/cleanup.js';
import { machineLine } from './support/machine.js';
import { skippedRow, type Benchmark, type Row } from './support/row.js';
import { renderedNotes, renderedTable } from './support/table.js';

const benchmarks: readonly Benchmark[] = [
  groupCommit,
  calls,
  etcdPuts,
  etcdFace,
  watchFanOut,
  httpHot,
  httpWatch,
  httpWrites,
  consulHot,
  consulPolls,
  attendanceAtScale,
  catalogAtScale,
  coldOpen,
  dnsAnswers,
  clusterBeating,
  balancing,
  noticing,
  liveViews,
  probesOfAFleet,
  dnsRendering,
  // Take minutes: where the time is up, they are asked for by their names.
  readyAgain,
  beatingFleet,
];

/** Only by their names: each starts Java programs, warms them up, and takes minutes. */
const benchmarksByName: readonly Benchmark[] = [eurekaHot, eurekaPolls, eurekaNoticing];

const FULL_MAX_MS = 470_000;
const QUICK_MAX_MS = 230_000;
/** Whoever names what he wants waits for it. */
const NAMED_MAX_MS = 1_200_000;
const TIME_UP = 'the time was up';

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean', default: false } }, allowPositionals: true });
const chosen = chosenBenchmarks(positionals);
const everything = new Cleanup();
process.on('exit', () => everything.run());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

console.log(`${new Date().toISOString().slice(0, 10)}, ${machineLine()}${values.quick ? ', --quick' : ''}`);
const rows = await runAll(values.quick, performance.now() + longestMs(values.quick));
console.log(`\n${renderedTable(rows)}\n\n${renderedNotes(rows)}`);
process.exit();

function longestMs(quick: boolean): number {
  if (positionals.length > 0) return NAMED_MAX_MS;
  return quick ? QUICK_MAX_MS : FULL_MAX_MS;
}

function chosenBenchmarks(words: readonly string[]): readonly Benchmark[] {
  if (words.length === 0) return benchmarks;
  const all = [...benchmarks, ...benchmarksByName];
  const found = all.filter(({ name }) => words.some((word) => name.includes(word)));
  if (found.length > 0) return found;
  throw new Error(`No benchmark has ${words.join(' or ')} in its name. There are: ${all.map(({ name }) => name).join(', ')}.`);
}

async function runAll(quick: boolean, deadlineMs: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const benchmark of chosen) {
    const leftMs = deadlineMs - performance.now();
    const outcome = leftMs <= 0 ? TIME_UP : await Promise.race([sleep(leftMs, TIME_UP, { ref: false }), runOne(benchmark, quick)]);
    if (typeof outcome === 'string') process.exitCode = 1;
    rows.push(...(typeof outcome === 'string' ? [skippedRow(benchmark.name, '', outcome)] : outcome));
  }
  return rows;
}

/** Its rows, or why there are none. */
async function runOne({ name, run }: Benchmark, quick: boolean): Promise<readonly Row[] | string> {
  process.stderr.write(`${name} …\n`);
  const cleanup = new Cleanup();
  const cleanUp = everything.add(() => cleanup.run());
  try {
    return await run({ quick, directory: newDirectory(cleanup), cleanup });
  } catch (error) {
    return String(error);
  } finally {
    cleanUp();
  }
}

/** Beside the sources and not in the system's temporary directory, which is often memory: a sync must cost what it costs. */
function newDirectory(cleanup: Cleanup): string {
  const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'bench-'));
  cleanup.add(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
