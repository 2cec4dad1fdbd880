import { describe, expect, it } from 'vitest';
import { simulate, type SimulationOptions } from './simulation.js';
import { shortWindows } from './usual.js';

const short: Omit<SimulationOptions, 'seed'> = { instances: 200, troubleMs: 120_000, guard: shortWindows };

describe('a fleet, a node and trouble', () => {
  it.each([1, 2, 3, 4, 5])('keep all promises with seed %i', async (seed) => {
    const { beats, lapses } = await simulate({ seed, ...short });
    expect([beats > 1000, lapses > 0]).toEqual([true, true]);
  });

  it('are the same with the same seed', async () => {
    expect(await simulate({ seed: 7, ...short })).toEqual(await simulate({ seed: 7, ...short }));
  });
});

describe('the oracle', () => {
  it('objects to a node that lets more depart than it should', async () => {
    const believed = { ...shortWindows, departuresMin: 1, share: 0.01 };
    await expect(simulate({ seed: 3, ...short, believed })).rejects.toThrow(/^the guard let \d+ go in one window; its budget is/);
  });
});
