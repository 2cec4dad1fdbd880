/**
 * When a registry stops believing its own bad news about a service: a table of two numbers, usual ones for all
 * and, where somebody set them, a service's own.
 */

export interface PanicRule {
  /** Of fewer eligible instances than this, an empty answer is the truth. */
  readonly eligibleMin: number;
  /** Panic when less than this share of the eligible ones is in rotation; 0 for never. */
  readonly belowShare: number;
}

export const usualPanicRule: PanicRule = { eligibleMin: 10, belowShare: 0.5 };
