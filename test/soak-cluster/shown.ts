/** An instance as the registry's JSON shows it, and as it is written down. */
import type { Shown } from './history.js';
import type { Stopwatch } from './stopwatch.js';

export interface InstanceJson {
  readonly service: string;
  readonly id: string;
  readonly health: string;
  readonly healthSince?: string;
  readonly revision: number;
}

export function shownFrom({ service, id, health, healthSince, revision }: InstanceJson, stopwatch: Stopwatch): Shown {
  const sinceMs = healthSince !== undefined ? stopwatch.ofWall(healthSince) : null;
  return { who: `${service}/${id}`, health, sinceMs, revision };
}
