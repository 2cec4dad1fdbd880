/**
 * Runs the simulation from the command line, and says how to see the same failure again.
 *
 *     npm run sim -- --seed 7                 one run with this seed
 *     npm run sim -- --runs 20                twenty, from a seed that the clock chose
 *     npm run sim -- --seed 7 --instances 1000 --minutes 10
 *     npm run sim -- --cluster --runs 1000    several nodes over one log, a minute at a time
 *     npm run sim -- --cluster --seed 7 --tell, and with --mutation 'no fences' the protocol is broken on purpose
 *     npm run sim -- --cluster --naming --runs 100, and instances are shown as keys
 *     npm run sim -- --probes --runs 100      nodes that probe, and lose their way to the targets
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { simulateCluster, type ClusterReport } from './cluster/cluster-simulation.js';
import { mutations } from './cluster/mutation.js';
import { simulateProbes } from './probes/probe-simulation.js';
import { simulate } from './simulation.js';
import { shortWindows } from './usual.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '1' },
    instances: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '2' },
    cluster: { type: 'boolean', default: false },
    naming: { type: 'boolean', default: false },
    probes: { type: 'boolean', default: false },
    mutation: { type: 'string' },
    tell: { type: 'boolean', default: false },
  },
});

const instances = Number(values.instances);
const minutes = Number(values.minutes);
const first = Number(values.seed);
const runs = Number(values.runs);
await (values.probes ? manyStreets() : values.cluster ? manyClusters() : manyFleets());

async function manyFleets(): Promise<void> {
  for (let seed = first; seed < first + runs; seed++) {
    const beganMs = performance.now();
    try {
      const report = await simulate({ seed, instances, troubleMs: minutes * 60_000, guard: shortWindows });
      console.log(`seed ${seed}: ${JSON.stringify(report)} in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
    } catch (error) {
      return failed(error, `--seed ${seed} --instances ${instances} --minutes ${minutes}`, seed);
    }
  }
}

async function manyStreets(): Promise<void> {
  for (let seed = first; seed < first + runs; seed++) {
    try {
      const report = await simulateProbes({ seed, ...(values.tell && { tell: console.log }) });
      console.log(`seed ${seed}: ${JSON.stringify(report)}`);
    } catch (error) {
      return failed(error, `--probes --seed ${seed}`, seed);
    }
  }
}

/** Short runs, so only their sum is told. */
async function manyClusters(): Promise<void> {
  const mutation = mutations.find((one) => one === values.mutation);
  if (values.mutation !== undefined && mutation === undefined) throw new Error(`A mutation is one of: ${mutations.join(', ')}.`);
  const beganMs = performance.now();
  let sum: ClusterReport | null = null;
  const rate = (seed: number): string => ((seed - first + 1) / ((performance.now() - beganMs) / 1000)).toFixed(1);
  for (let seed = first; seed < first + runs; seed++) {
    try {
      const report = await simulateCluster({
        seed,
        naming: values.naming,
        ...(mutation && { mutation }),
        ...(values.tell && { tell: console.log }),
      });
      sum = sum === null ? report : added(sum, report);
    } catch (error) {
      return failed(
        error,
        `--cluster --seed ${seed}${values.naming ? ' --naming' : ''}${mutation === undefined ? '' : ` --mutation '${mutation}'`}`,
        seed,
      );
    }
    const isLast = seed === first + runs - 1;
    if (isLast || (seed - first + 1) % 1000 === 0)
      console.log(`${seed - first + 1} runs, ${rate(seed)} per second: ${JSON.stringify(sum)}`);
  }
}

function added(one: ClusterReport, other: ClusterReport): ClusterReport {
  const names = Object.keys(one) as (keyof ClusterReport)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as ClusterReport;
}

function failed(error: unknown, again: string, seed: number): void {
  console.error(`seed ${seed} failed: ${error instanceof Error ? error.message : String(error)}`);
  console.error(`npm run sim -- ${again}`);
  process.exitCode = 1;
}
