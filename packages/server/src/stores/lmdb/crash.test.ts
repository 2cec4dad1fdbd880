import { describe, expect, it } from 'vitest';
import { crashOnce } from './crash-cycle.fixture.js';
import { CrashLedger } from './crash-ledger.fixture.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';

/** `npm run soak:crash -- --cycles 1000` goes on from here. */
const CYCLES = 6;

describe('a store whose process is killed', () => {
  it('holds all that was acknowledged, and nothing half', async () => {
    const directory = await temporaryDirectory();
    const ledger = new CrashLedger();
    const firstSeed = Math.floor(Math.random() * 1_000_000);
    for (let cycle = 0; cycle < CYCLES; cycle++) await crashOnce({ directory, seed: firstSeed + cycle, ledger });
    expect(ledger.acknowledged).toBeGreaterThan(0);
  });
});
