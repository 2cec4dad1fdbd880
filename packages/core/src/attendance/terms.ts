/**
 * How long a critical instance still has before it departs. Pure; both times are wall clock, because a term outlives
 * the node that counts it.
 */
import { TTL_DEFAULT_MS } from '../catalog/bounds.js';
import { healthOf, verdictOn } from '../catalog/health.js';
import type { Instance } from '../catalog/instance.js';
import { isTimed } from '../catalog/registration.js';

/**
 * Found critical, by its checks or its machine's. What was merely said from outside is nobody's absence: an
 * instance that beats does not depart because an operator called it critical.
 */
function isFoundCritical(instance: Instance): boolean {
  const found = (instance.intent?.status ?? null) === null ? instance.health : healthOf(instance, instance.verdicts);
  return found === 'critical';
}

/** Since when: the oldest of the verdicts that say so. Without any (its machine is critical, or it was born so) since now. */
export function criticalSinceMs({ checks, verdicts }: Pick<Instance, 'checks' | 'verdicts'>, wallNowMs: number): number {
  let sinceMs = Infinity;
  for (const { id } of checks) {
    const verdict = verdictOn(verdicts, id);
    if (verdict?.status === 'critical') sinceMs = Math.min(sinceMs, verdict.sinceMs);
  }
  return sinceMs === Infinity ? wallNowMs : sinceMs;
}

/** How long it may be critical, and since when it is. */
export interface DepartureTerm {
  readonly termMs: number;
  readonly sinceMs: number;
  /** Another one whenever the term begins anew: which check it is of. Empty for the instance's own. */
  readonly of: string;
}

/**
 * What an instance departs by; `null` for one that stays. Its own term counts from when it became critical, for whatever reason. Where
 * checks have terms, each counts from when that check became critical, and the one that is over first is the one that counts.
 */
export function departureTerm(instance: Instance, wallNowMs: number): DepartureTerm | null {
  const { checks, verdicts, deregisterAfterMs } = instance;
  if (!checks.some((check) => check.deregisterAfterMs !== undefined)) {
    if (deregisterAfterMs === null || !isFoundCritical(instance)) return null;
    return { termMs: deregisterAfterMs, sinceMs: criticalSinceMs(instance, wallNowMs), of: '' };
  }
  let first: DepartureTerm | null = null;
  for (const { id, born, deregisterAfterMs: termMs } of checks) {
    const verdict = verdictOn(verdicts, id);
    if (termMs === undefined || (verdict?.status ?? born) !== 'critical') continue;
    const sinceMs = verdict?.sinceMs ?? wallNowMs;
    if (first === null || sinceMs + termMs < first.sinceMs + first.termMs)
      first = { termMs, sinceMs, of: `${id} ${verdict?.sinceMs ?? ''}` };
  }
  return first;
}

/** The time that it needs to be heard again: its longest ttl, or the usual one if it does not beat. */
export function hearingMs({ checks }: Pick<Instance, 'checks'>): number {
  const ttlsMs = checks.flatMap((check) => (isTimed(check) ? [check.ttlMs] : []));
  return ttlsMs.length === 0 ? TTL_DEFAULT_MS : Math.max(...ttlsMs);
}

export interface CriticalTerms {
  readonly hearingMs: number;
  readonly deregisterAfterMs: number;
  readonly sinceMs: number;
  readonly wallNowMs: number;
}

/**
 * What is left of its term, so that restarts do not postpone a departure for ever. Never more than the whole term,
 * though the clock jumped back; never less than the time to be heard again (or the term, if that is shorter), though the
 * registry was away for longer: its heartbeats could not arrive.
 */
export function remainingTermMs({ hearingMs, deregisterAfterMs, sinceMs, wallNowMs }: CriticalTerms): number {
  return Math.min(Math.max(deregisterAfterMs - (wallNowMs - sinceMs), hearingMs), deregisterAfterMs);
}
