/** A pool with a seed and a clock of its own, and how often each of its endpoints is chosen. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import type { Instance } from '../shapes.js';
import type { PickContext } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { Pool, type PoolOptions } from './pool.js';

export interface Tried {
  readonly pool: Pool;
  readonly clock: SimulatedClock;
  endpoint(id: string): Endpoint;
  /** How often each was chosen of `picks` times, in the order of the pool. */
  counts(picks: number, context?: (at: number) => PickContext): readonly number[];
}

export function tried(instances: readonly Instance[], options: PoolOptions = {}, seed = 1): Tried {
  const clock = new SimulatedClock();
  const pool = new Pool({ clock, random: new SeededRandom(seed), ...options });
  pool.update(instances);
  return {
    pool,
    clock,
    endpoint: (id) => [...pool.endpoints()].find((one) => one.id === id) as Endpoint,
    counts: (picks, context = () => ({})) => {
      const counts = new Map([...pool.endpoints()].map((endpoint) => [endpoint, 0]));
      for (let at = 0; at < picks; at++) {
        const chosen = pool.pick(context(at)) as Endpoint;
        counts.set(chosen, (counts.get(chosen) as number) + 1);
      }
      return [...counts.values()];
    },
  };
}
