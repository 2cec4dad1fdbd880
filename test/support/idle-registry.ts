/** A registry within the test's own process: in memory, on a free port, and with nobody in it. */
import { SimulatedClock, SeededRandom } from '@rollcall/conformance';
import type { Clock } from '@rollcall/core';
import { serveOptions, runRegistry, type Registry, type ServeOptions } from 'rollcall/parts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Left to its own clock, time stands still in it, so that nobody in it ever lapses. Another seed makes another epoch. */
export function idleRegistry(
  options: Partial<ServeOptions> = {},
  { clock = new SimulatedClock(), seed = 1 }: { readonly clock?: Clock; readonly seed?: number } = {},
): Promise<Registry> {
  const defaults = Object.fromEntries(
    Object.entries(serveOptions).map(([name, option]) => [name, option.default]),
  ) as unknown as ServeOptions;
  const surroundings = { clock, random: new SeededRandom(seed), log: silent, version: '1.2.3' };
  return runRegistry({ ...defaults, store: 'memory', http: 0, dns: 'off', ...options }, surroundings);
}
