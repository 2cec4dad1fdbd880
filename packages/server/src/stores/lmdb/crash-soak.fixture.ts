/**
 * The crash test for as long as one likes, on one store that lives through all of it.
 *
 *     npm run soak:crash -- --cycles 1000 --seed 1
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crashOnce } from './crash-cycle.fixture.js';
import { CrashLedger } from './crash-ledger.fixture.js';

const { values } = parseArgs({ options: { cycles: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } } });
const cycles = Number(values.cycles);
const firstSeed = Number(values.seed);
const directory = await mkdtemp(join(tmpdir(), 'rollcall-soak-'));
const ledger = new CrashLedger();
for (let cycle = 1; cycle <= cycles; cycle++) {
  await crashOnce({ directory, seed: firstSeed + cycle - 1, ledger });
  if (cycle % 50 === 0 || cycle === cycles) say(`${cycle} crashes, ${ledger.acknowledged} acknowledgements, none lost`);
}
await rm(directory, { recursive: true });

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
