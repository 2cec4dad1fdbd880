/**
 * Of a large fleet, the few that one program calls: by rendezvous hashing, so that each program has its own few, all together
 * load the fleet evenly, and one instance that comes or goes changes one place in few of the choices.
 */
import type { Instance } from '../shapes.js';
import { hashText, mixed } from './hash.js';

export interface Subset {
  /** How many. Fleets that are no larger are taken whole. */
  readonly size: number;
  /**
   * Who chooses: the same name chooses the same instances, after a restart too. Left out: by chance, once in the life of a
   * client. Two programs must not share a name, or they share their load.
   */
  readonly as?: string;
}

/** The `size` that rank highest for this chooser, in the order in which they came. */
export function subsetOf(instances: readonly Instance[], size: number, chooser: number): readonly Instance[] {
  if (instances.length <= size) return instances;
  const ranked = instances.map((instance, at) => ({ at, rank: rankOf(instance, chooser) }));
  ranked.sort((a, b) => b.rank - a.rank || a.at - b.at);
  const chosen = ranked.slice(0, size).sort((a, b) => a.at - b.at);
  return chosen.map(({ at }) => instances[at] as Instance);
}

/** By its identity, not by its address or incarnation: who registers again is still the same choice. */
function rankOf({ id }: Instance, chooser: number): number {
  return mixed(hashText(id) ^ chooser);
}

/** A `TypeError` for what is no size: `0` would mean that nobody is to be called. */
export function demandSize(size: number): number {
  if (!Number.isInteger(size) || size < 1) throw new TypeError(`A subset has a size of 1 or more, not ${String(size)}.`);
  return size;
}
