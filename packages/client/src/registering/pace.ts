/** How often an instance beats, and how long it waits after a failure. Pure. */
import { Unanswered } from '../unanswered.js';
import { RegistryProblem } from '../registry-problem.js';
import type { Random } from '../ports.js';

/** Of a ttl: so that two beats may be lost before it is over. */
const BEATS_PER_TTL = 3;
/** A beat comes up to so much of its interval early, so that a fleet that was started together does not beat together. */
const JITTER_SHARE = 0.2;
/** Whoever is allowed to be silent for a day still notices within half a minute that the registry has forgotten it. */
const INTERVAL_MS_MAX = 30_000;

/** The first retry, where nothing shorter follows from the interval; each further one waits twice as long. */
const RETRY_MS = 1000;
/** Shorter makes nobody happier, and a registry that comes back busier. */
const RETRY_MS_MIN = 50;
/** A registry that is back is told within this, however long it was away; and sooner than it would notice that nobody beats. */
const RETRY_MS_MAX = 15_000;
const RETRIES_PER_TTL = 2;
/** A registry may ask for more time than that, within reason. */
const RETRY_AFTER_MS_MAX = 60_000;
/** A kept connection that the other side has closed meanwhile breaks at once, and says nothing about the registry. */
const BROKEN_RETRY_MS = 20;

/** How long a call in the background may take, where the whole of a ttl leaves no time for more. */
const CALL_MS_MIN = 1000;

/** Between two beats, at most. `ttlMs` is `null` for an instance that need not beat: it only asks whether it is still known. */
function intervalMs(ttlMs: number | null): number {
  return Math.min((ttlMs ?? Infinity) / BEATS_PER_TTL, INTERVAL_MS_MAX);
}

/** Until the next beat, by chance. */
export function untilBeatMs(ttlMs: number | null, random: Random): number {
  return intervalMs(ttlMs) * (1 - JITTER_SHARE * random.number());
}

/** A beat that others take along may come so much earlier than it is due. */
export function earlyMs(ttlMs: number | null): number {
  return intervalMs(ttlMs) / 3;
}

export function callMs(ttlMs: number | null, timeoutMs: number): number {
  return Math.min(timeoutMs, Math.max(intervalMs(ttlMs), CALL_MS_MIN));
}

/** Between half and all of what is doubled each time, and never before the registry wants it. `failures`: in a row, this one included. */
export function retryMs(failures: number, error: Error, ttlMs: number | null, random: Random): number {
  if (failures === 1 && error instanceof Unanswered && error.reason === 'broken')
    return Math.round(BROKEN_RETRY_MS * (1 + random.number()));
  const firstMs = Math.max(Math.min(intervalMs(ttlMs) / 8, RETRY_MS), RETRY_MS_MIN);
  const mostMs = Math.max(Math.min((ttlMs ?? Infinity) / RETRIES_PER_TTL, RETRY_MS_MAX), RETRY_MS_MIN);
  const longestMs = Math.min(firstMs * 2 ** Math.min(failures - 1, 30), mostMs);
  const askedMs = error instanceof RegistryProblem ? Math.min(error.retryAfterMs ?? 0, RETRY_AFTER_MS_MAX) : 0;
  return Math.round(Math.max((longestMs / 2) * (1 + random.number()), askedMs * (1 + random.number() / 4)));
}
