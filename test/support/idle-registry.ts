/** A registry within the test's own process: in memory, on a free port, and with nobody in it. */
import { SimulatedClock, SeededRandom } from '@rollcall/conformance';
import { serveOptions, runRegistry, type Registry, type ServeOptions } from 'rollcall/parts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Time stands still in it, so that nobody in it ever lapses. */
export function idleRegistry(options: Partial<ServeOptions> = {}): Promise<Registry> {
  const defaults = Object.fromEntries(
    Object.entries(serveOptions).map(([name, option]) => [name, option.default]),
  ) as unknown as ServeOptions;
  const surroundings = { clock: new SimulatedClock(), random: new SeededRandom(1), log: silent, version: '1.2.3' };
  return runRegistry({ ...defaults, store: 'memory', http: 0, ...options }, surroundings);
}
