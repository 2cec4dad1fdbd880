/**
 * Three nodes, three etcds and trouble, for as long as one likes.
 *
 *     npm run soak:cluster -- --minutes 10 --seed 7
 *     npm run soak:cluster -- --minutes 1 --single          one node on the embedded store
 *
 * What broke a law is printed, with the seed. What the nodes said, and the history, are left in a directory if it failed, or
 * with --keep.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSingleSite, openSite } from './site.js';
import { soak, usualPace } from './soak.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    instances: { type: 'string', default: '60' },
    single: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

/** More of the same says no more. */
const OBJECTIONS_SHOWN = 40;

const seed = Number(values.seed);
const site = await (values.single ? openSingleSite() : openSite());
// However it ends, nobody is left behind.
process.on('exit', () => [...site.nodes.map(({ process }) => process), ...site.etcds].forEach((one) => one.signal('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void site.close().then(() => process.exit(1)));
try {
  const { minutes, instances } = values;
  const outcome = await soak({
    site,
    seed,
    troubleMs: Number(minutes) * 60_000,
    instances: Number(instances),
    pace: usualPace,
    say: console.log,
  });
  console.log(`seed ${seed}: ${JSON.stringify(outcome.report)}`);
  for (const objection of outcome.objections.slice(0, OBJECTIONS_SHOWN)) console.error(objection);
  if (outcome.objections.length > 0 || values.keep) {
    const directory = mkdtempSync(join(tmpdir(), `rollcall-soak-${seed}-`));
    for (const { name, process } of site.nodes) writeFileSync(join(directory, `${name}.log`), process.said);
    writeFileSync(join(directory, 'history.json'), JSON.stringify(outcome.history));
    console.log(`what the nodes said: ${directory}`);
  }
  if (outcome.objections.length > 0) {
    console.error(`${outcome.objections.length} objections. npm run soak:cluster -- --seed ${seed} --minutes ${minutes}`);
    process.exitCode = 1;
  }
} finally {
  await site.close();
}
process.exit();
