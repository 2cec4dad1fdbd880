import { describe, expect, it } from 'vitest';
import { simulateProbes } from './probe-simulation.js';

const SEEDS = 10;

describe('nodes that probe, in trouble', () => {
  it(`say of nobody who is alive that he is dead, and find the dead, with the seeds 1 to ${SEEDS}`, async () => {
    let verdicts = 0;
    for (let seed = 1; seed <= SEEDS; seed++) verdicts += (await simulateProbes({ seed })).verdicts;
    expect(verdicts).toBeGreaterThan(20 * SEEDS);
  }, 60_000);

  it('are the same with the same seed', async () => {
    expect(await simulateProbes({ seed: 5 })).toEqual(await simulateProbes({ seed: 5 }));
  }, 60_000);

  it('would, if they went by their own word alone', async () => {
    const objections = [];
    for (let seed = 1; seed <= SEEDS; seed++)
      await simulateProbes({ seed, alone: true }).catch((error: unknown) => objections.push(String(error)));
    expect(objections.length).toBeGreaterThan(0);
  }, 60_000);
});
