/** How an instance is, by each of its checks and in one word. */
import type { Check } from './registration.js';

/** From best to worst. The health of an instance is the worst of its checks. */
export const healths = ['passing', 'warning', 'starting', 'critical'] as const;

export type Health = (typeof healths)[number];

/** Why a check says what it says. */
export const verdictReasons = ['lapse', 'heartbeat', 'probe'] as const;

export type VerdictReason = (typeof verdictReasons)[number];

/** What a check found, when that differed from what it had said before. */
export interface Verdict {
  readonly status: Health;
  readonly reason: VerdictReason;
  /** Wall clock: it outlives the process that says it. */
  readonly sinceMs: number;
  /** For people. */
  readonly output: string;
  /** It cannot make up its mind, and its good news wait until it is still. */
  readonly flapping?: true;
}

/** By the check's id. A check without a verdict is as it was born. */
export type Verdicts = Readonly<Record<string, Verdict>>;

/** Passing where nothing was found: who has no checks is as healthy as it says by being there. */
export function worstHealth(found: readonly Health[]): Health {
  return found.reduce(worseHealth, 'passing');
}

/** The worst of these checks, each by its verdict, or as it was born. */
export function healthOf({ checks }: { readonly checks: readonly Check[] }, verdicts: Verdicts): Health {
  let worst: Health = 'passing';
  for (const check of checks) worst = worseHealth(worst, verdictOn(verdicts, check.id)?.status ?? check.born);
  return worst;
}

export function verdictOn(verdicts: Verdicts, checkId: string): Verdict | undefined {
  return Object.hasOwn(verdicts, checkId) ? verdicts[checkId] : undefined;
}

/** One of its checks cannot make up its mind. */
export function isFlapping({ checks, verdicts }: { readonly checks: readonly Check[]; readonly verdicts: Verdicts }): boolean {
  for (const id in verdicts) if (verdicts[id]?.flapping === true) return checks.some((check) => check.id === id);
  return false;
}

export function worseHealth(one: Health, other: Health): Health {
  return healths.indexOf(other) > healths.indexOf(one) ? other : one;
}
