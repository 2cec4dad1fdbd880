/**
 * What was said about an instance from outside: by an operator, or by the instance itself when it leaves. Kept apart
 * from the registration, so that neither overwrites the other.
 */
import type { Health } from './health.js';

/** From best to worst. What people, or the instance, want. */
export const modes = ['in', 'draining', 'out'] as const;

export type Mode = (typeof modes)[number];

/** Who said it. An instance's own words end with its next life, an operator's do not. */
export const modeOwners = ['instance', 'operator'] as const;

export type ModeOwner = (typeof modeOwners)[number];

export interface ModeIntent {
  readonly mode: Exclude<Mode, 'in'>;
  /** For people. */
  readonly reason: string;
  readonly owner: ModeOwner;
  /** Wall clock. */
  readonly sinceMs: number;
  /**
   * When draining ends by itself, by the wall clock: an instance's own by its departure, an operator's by becoming
   * `out`. `null` for never.
   */
  readonly untilMs: number | null;
}

/** How an instance is, said from outside, whatever its checks find. */
export interface StatusOverride {
  readonly health: Health;
  readonly reason: string;
  readonly sinceMs: number;
}

export interface Intent {
  /** `null` is `in`. */
  readonly mode: ModeIntent | null;
  readonly status: StatusOverride | null;
  /** Laid over the registration's; `null` takes one of its entries away. */
  readonly metadata: Readonly<Record<string, string | null>>;
  /** Instead of the registration's; `null` leaves it as it is. */
  readonly weight: number | null;
  readonly tags: readonly string[] | null;
}

export interface ModeChange {
  readonly mode: Mode;
  readonly reason?: string;
  /** Only with `draining`: how long that lasts. Left out: until somebody says otherwise. */
  readonly drainTimeMs?: number;
  /** Left out: `draining` is the instance's own word, `out` an operator's. */
  readonly owner?: ModeOwner;
}

/** What is left out stays as it was patched before; `null` goes back to what the registration says. */
export interface Patch {
  /** By name; `null` as a value takes the entry away, also where the registration has it. */
  readonly metadata?: Readonly<Record<string, string | null>> | null;
  readonly weight?: number | null;
  readonly tags?: readonly string[] | null;
}

/** The mode that counts: the worse one of the instance's and its machine's. */
export function worseMode(one: Mode, other: Mode): Mode {
  return modes[Math.max(modes.indexOf(one), modes.indexOf(other))] ?? 'out';
}
