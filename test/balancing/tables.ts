/** The scenarios as tables: what `npm run sim:balancing` prints, and what docs/concepts/balancing.md shows. */
import { SeededRandom } from '@rollcall/conformance';
import type { Scenario } from './scenarios.js';
import { simulate } from './simulated-service.js';

const SEED = 7;

/** As Markdown. The same every time, unless a seed is named. */
export function tableOf({ model, ways, columns }: Scenario, seed: number = SEED): string {
  const rows = ways.map(({ name, options }) => {
    const measured = simulate(model, options, new SeededRandom(seed));
    return [name, ...Object.values(columns).map((column) => column(measured))];
  });
  const header = ['', ...Object.keys(columns)];
  const rule = header.map((_, at) => (at === 0 ? '---' : '---:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
