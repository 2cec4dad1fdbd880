/**
 * How long until a door is looked at again. Usually its interval; but where only a refusal counts, silence says nothing, and costs
 * the whole time of a probe: who goes on being silent is asked less and less, so that whole networks that cannot be reached from here
 * cost little, and hold up nobody else.
 */
import type { Random } from '../ports/random.js';

/** By what was found last, the newest first: silent so often in a row, so many intervals. A cut of half a minute changes nothing. */
const INTERVALS_BY_SILENCES: readonly number[] = [1, 1, 1, 2, 4, 12];

/** Of whom nothing ever came, as if it had been silent so often before: there is no cut to wait for the end of. */
const NEVER_HEARD = 2;

/** Whoever is back is known to be about when a usual lease would have said it. */
const LONGEST_MS = 120_000;

/** Of an interval, to either side: so that those who were ordered together part. */
const JITTER = 0.05;

export function untilNextMs(intervalMs: number, results: readonly { readonly unheard?: true }[], random: Random): number {
  const patienceMs = nextLookMs(intervalMs, results);
  // Who waits longer was ordered, and fell silent, with all of its network: they part at once, or they would all come back together.
  const share = patienceMs > intervalMs ? 0.5 + random.number() / 2 : 1 + (random.number() * 2 - 1) * JITTER;
  return patienceMs * share;
}

/** At most. */
export function nextLookMs(intervalMs: number, results: readonly { readonly unheard?: true }[]): number {
  const heardAt = results.findIndex(({ unheard }) => unheard !== true);
  const silences = heardAt < 0 ? results.length + NEVER_HEARD : heardAt;
  const intervals = INTERVALS_BY_SILENCES[Math.min(silences, INTERVALS_BY_SILENCES.length - 1)] ?? 1;
  return Math.max(intervalMs, Math.min(intervals * intervalMs, LONGEST_MS));
}
