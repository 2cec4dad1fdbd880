/**
 * Runs the simulation from the command line, and says how to see the same failure again.
 *
 *     npm run sim -- --seed 7                 one run with this seed
 *     npm run sim -- --runs 20                twenty, from a seed that the clock chose
 *     npm run sim -- --seed 7 --instances 1000 --minutes 10
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { simulate } from './simulation.js';
import { shortWindows } from './usual.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '1' },
    instances: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '2' },
  },
});

const instances = Number(values.instances);
const minutes = Number(values.minutes);
const first = Number(values.seed);
for (let seed = first; seed < first + Number(values.runs); seed++) {
  const beganMs = performance.now();
  try {
    const report = await simulate({ seed, instances, troubleMs: minutes * 60_000, guard: shortWindows });
    console.log(`seed ${seed}: ${JSON.stringify(report)} in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.error(`seed ${seed} failed: ${error instanceof Error ? error.message : String(error)}`);
    console.error(`npm run sim -- --seed ${seed} --instances ${instances} --minutes ${minutes}`);
    process.exitCode = 1;
    break;
  }
}
