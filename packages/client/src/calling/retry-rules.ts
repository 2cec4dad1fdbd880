/** What may be tried again, and when: idempotency, and what is known of how far a try came. */
import type { Random } from '../ports.js';

/** How one try ended, before a whole head of an answer or with one. */
export interface TryEnd {
  readonly kind: 'answered' | 'refused' | 'timeout' | 'reset';
  readonly status?: number;
  /** Something of the request may have reached the instance. */
  readonly sent: boolean;
  /** What the answer said, bounded. */
  readonly retryAfterMs?: number | undefined;
}

export interface CallNature {
  /** Doing it twice is doing it once: by its method, its `Idempotency-Key`, or the caller's word. */
  readonly isIdempotent: boolean;
  /** What is sent can be sent again. */
  readonly isReplayable: boolean;
}

export interface RetryRules {
  /** Tries beyond the first, where something may have been sent. */
  readonly retriesMax: number;
  /** Tries of which nothing was sent: whoever refuses a connection had no work. */
  readonly refusalsMax: number;
  /** Answers that say that another instance, or the same one later, may do better. */
  readonly statuses: ReadonlySet<number>;
  /** The first wait, doubled each time; the try after a connection that failed waits for nothing. */
  readonly waitMs: number;
  readonly waitMsMax: number;
}

export const usualRetries: RetryRules = {
  retriesMax: 2,
  refusalsMax: 10,
  // 429 is no verdict on the instance, and is repeated only if it says when.
  statuses: new Set([429, 502, 503, 504]),
  waitMs: 25,
  waitMsMax: 1000,
};

/** RFC 9110, section 9.2.2. */
const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

export function isIdempotent(method: string, hasIdempotencyKey: boolean): boolean {
  return hasIdempotencyKey || idempotentMethods.has(method.toUpperCase());
}

/** `free`: nothing reached anybody, so nothing is doubled. `budgeted`: it costs somebody's work. `no`: it is over. */
export type Again = 'no' | 'free' | 'budgeted';

export function mayTryAgain(end: TryEnd, { isIdempotent: idempotent, isReplayable }: CallNature, rules: RetryRules): Again {
  if (end.kind === 'answered' && !isRetriedStatus(end, rules)) return 'no';
  if (!end.sent) return end.kind === 'refused' ? 'free' : 'budgeted';
  return idempotent && isReplayable ? 'budgeted' : 'no';
}

function isRetriedStatus({ status = 0, retryAfterMs }: TryEnd, { statuses }: RetryRules): boolean {
  return statuses.has(status) && (status !== 429 || retryAfterMs !== undefined);
}

/**
 * How long to wait before the next try. A connection that failed is answered by another instance at once; who is too busy is given
 * time, more each try, at random between half and all of it.
 */
export function retryWaitMs(end: TryEnd, retry: number, { waitMs, waitMsMax }: RetryRules, random: Random): number {
  if (end.kind !== 'answered') return 0;
  const longestMs = Math.min(waitMs * 2 ** Math.min(retry - 1, 20), waitMsMax);
  return (longestMs / 2) * (1 + random.number());
}
