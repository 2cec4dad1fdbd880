/**
 * Packets without end against the answers of DNS: no crash, no growth, nothing that breaks a law.
 *
 *     npm run fuzz:dns -- --packets 5000000 --seed 7
 *
 * What broke a law is printed with the packet that did it, and the seed that finds it again.
 */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseArgs } from 'node:util';
import { Fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: { packets: { type: 'string', default: '1000000' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } },
});

/** One round is fuzzed before memory is looked at: what is compiled and kept once is no growth. */
const ROUNDS = 20;
/** What may be left over between two looks: caches that fill up, and the collector's own mind. */
const GROWTH_MAX_BYTES = 24 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [seed, packets] = [Number(values.seed), Number(values.packets)];
const fuzz = new Fuzz(seed);
const began = performance.now();
const used: number[] = [];
const totals = { answers: 0, dropped: 0, cut: 0 };
for (let round = 0; round < ROUNDS && process.exitCode === undefined; round++) {
  const { objections, answers, dropped, cut, rcodes } = fuzz.run(Math.ceil(packets / ROUNDS));
  totals.answers += answers;
  totals.dropped += dropped;
  totals.cut += cut;
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  used.push(heapUsed + arrayBuffers);
  const rate = Math.round((totals.answers + totals.dropped) / (performance.now() - began));
  console.log(`${JSON.stringify(totals)} ${JSON.stringify(rcodes)} ${Math.round((used.at(-1) ?? 0) / 1e6)} MB, ${rate}k packets/s`);
  for (const objection of objections) console.error(objection);
  if (objections.length > 0) process.exitCode = 1;
}
const growth = (used.at(-1) ?? 0) - (used[1] ?? 0);
if (growth > GROWTH_MAX_BYTES) {
  console.error(`it has grown by ${Math.round(growth / 1e6)} MB`);
  process.exitCode = 1;
}
console.log(
  `seed ${seed}: ${process.exitCode === undefined ? 'no objections' : `npm run fuzz:dns -- --seed ${seed} --packets ${packets}`}`,
);
