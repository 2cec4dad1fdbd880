/**
 * Who is present, decided without doing anything about it. All times are attended time (see attended-time.ts),
 * but for those of a verdict, which are wall clock.
 *
 * Two stages: whoever does not beat within its ttl lapses, and is no longer called. Whoever stays lapsed for
 * `deregisterAfter` departs. A beat in between brings it back as if nothing had been.
 */
export interface Presence {
  readonly ttlMs: number;
  /** `-Infinity` for one that was already lapsed when this node began to look after it. */
  readonly lastBeatMs: number;
  /** The log says that it lapsed, and then when it departs: `Infinity` for never. */
  readonly departsAtMs: number | null;
}

export type Decision =
  | { readonly act: 'wait'; readonly untilMs: number }
  | { readonly act: 'lapse' }
  | { readonly act: 'recover' }
  | { readonly act: 'depart' };

export function decide({ ttlMs, lastBeatMs, departsAtMs }: Presence, nowMs: number): Decision {
  const presentUntilMs = lastBeatMs + ttlMs;
  if (departsAtMs === null) return nowMs >= presentUntilMs ? { act: 'lapse' } : { act: 'wait', untilMs: presentUntilMs };
  if (nowMs < presentUntilMs) return { act: 'recover' };
  return nowMs >= departsAtMs ? { act: 'depart' } : { act: 'wait', untilMs: departsAtMs };
}

export interface LapseTerms {
  readonly ttlMs: number;
  readonly deregisterAfterMs: number | null;
  /** When the verdict was given, and now, both by the wall clock. */
  readonly sinceMs: number;
  readonly wallNowMs: number;
}

/**
 * How long a lapsed instance still has: what is left of its term, so that restarts do not postpone a
 * departure for ever. Never more than the whole term, though the clock jumped back; never less than a ttl
 * (or the term, if that is shorter), though the registry was away for longer: its heartbeats could not arrive.
 */
export function remainingTermMs({ ttlMs, deregisterAfterMs, sinceMs, wallNowMs }: LapseTerms): number {
  if (deregisterAfterMs === null) return Infinity;
  return Math.min(Math.max(deregisterAfterMs - (wallNowMs - sinceMs), ttlMs), deregisterAfterMs);
}
