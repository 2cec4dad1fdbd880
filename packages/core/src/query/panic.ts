/**
 * When a registry stops believing its own bad news. A service most of whose instances seem ill is more likely cut
 * off from this registry than dead: callers who try them are better off than callers who are told "nobody".
 */
import type { Instance } from '../catalog/instance.js';
import type { PanicRule } from '../catalog/panic-rule.js';

export interface ServiceCounts {
  /** Mode `in`, and not `starting`: those whom a caller may try if need be. */
  readonly eligible: number;
  readonly inRotation: number;
  readonly held: number;
}

export function isEligible({ mode, health }: Pick<Instance, 'mode' | 'health'>): boolean {
  return mode === 'in' && health !== 'starting';
}

/**
 * A small service whose only instance dies is simply empty: that is a plain death. Unless the guard holds it: then the
 * registry itself says that it does not believe so many deaths.
 */
export function isPanicking({ eligible, inRotation, held }: ServiceCounts, rule: PanicRule, guardHolds: boolean): boolean {
  if (eligible >= rule.eligibleMin && inRotation < eligible * rule.belowShare) return true;
  return guardHolds && held > 0 && eligible > 0 && inRotation === 0;
}
