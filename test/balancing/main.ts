/**
 * Ways of choosing whom to call, compared in simulated time:
 *
 *     npm run sim:balancing                     every scenario
 *     npm run sim:balancing -- slow --seed 3    those with `slow` in their names, with other luck
 */
import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.js';
import { tableOf } from './tables.js';

const { values, positionals } = parseArgs({ options: { seed: { type: 'string' } }, allowPositionals: true });
for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.some((word) => scenario.name.toLowerCase().includes(word.toLowerCase()))) continue;
  console.log(`${scenario.name}. ${scenario.about}\n\n${tableOf(scenario, values.seed === undefined ? undefined : Number(values.seed))}\n`);
}
