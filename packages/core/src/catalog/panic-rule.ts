/**
 * When a registry stops believing its own bad news about a service: a table of two numbers, usual ones for all
 * and, where somebody set them, a service's own.
 */
import type { ValueKind } from './value-kind.js';

export interface PanicRule {
  /** Of fewer eligible instances than this, an empty answer is the truth. */
  readonly eligibleMin: number;
  /** Panic when less than this share of the eligible ones is in rotation; 0 for never. */
  readonly belowShare: number;
}

export const usualPanicRule: PanicRule = { eligibleMin: 10, belowShare: 0.5 };

export const shareKind: ValueKind<number> = {
  allowed: 'a number from 0 to 1',
  parse: (value) => (typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined),
};
