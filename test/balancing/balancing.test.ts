import { SeededRandom } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { textOf } from '../support/repository.js';
import { percentileMs, scenarios, shareOf } from './scenarios.js';
import { simulate, type Measured } from './simulated-service.js';
import { tableOf } from './tables.js';

/** By the name of the way; with some luck or other. */
function measured(name: string, seed: number): Readonly<Record<string, Measured>> {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`No scenario is called ${name}.`);
  return Object.fromEntries(scenario.ways.map((way) => [way.name, simulate(scenario.model, way.options, new SeededRandom(seed))]));
}

describe('in simulated time', () => {
  it.each([1, 2])('peak EWMA beats the turn by far where one is slow (seed %d)', (seed) => {
    const by = measured('One slow instance', seed);
    const p99 = (name: string): number => percentileMs(by[name] as Measured, 0.99);
    console.log(
      `p99 with one slow of 20: ${Object.keys(by)
        .map((name) => `${name} ${p99(name).toFixed(1)} ms`)
        .join(', ')}`,
    );
    expect(p99('peak-ewma')).toBeLessThan(p99('round-robin') / 3);
    expect(shareOf(by['peak-ewma'] as Measured, (id) => id === 'i0')).toBeLessThan(0.01);
  });

  it('a consistent hash finds what is remembered', () => {
    const by = measured('Instances that remember', 1);
    const held = (name: string): number => (by[name]?.cacheHits ?? 0) / (by[name]?.latenciesMs.length ?? 1);
    expect(held('consistent-hash')).toBeGreaterThan(2 * held('round-robin'));
  });

  it('the same seed gives the same numbers', () => {
    expect(measured('A small zone', 3)).toEqual(measured('A small zone', 3));
  });
});

describe('docs/concepts/balancing.md', () => {
  it.each(scenarios)('shows what is printed: $name', (scenario) => {
    expect(textOf('docs/concepts/balancing.md')).toContain(`${scenario.about}\n\n${tableOf(scenario)}`);
  });
});
