/** What can be allowed. Each right holds those before it: who may write may also read the same, who operates may do both. */

export const rights = ['read', 'write', 'operate'] as const;

/**
 * `read`: discover. `write`: register, beat, change and leave; for all services of a namespace, machines too.
 * `operate`: what an operator does to services (when they panic); for everything, the guard and snapshots too.
 */
export type Right = (typeof rights)[number];

export function holds(right: Right, other: Right): boolean {
  return rights.indexOf(right) >= rights.indexOf(other);
}
