/** How long, for people: as exact as one needs. */

const SECOND_MS = 1000;
const MINUTE_MS: number = 60 * SECOND_MS;
const HOUR_MS: number = 60 * MINUTE_MS;
const DAY_MS: number = 24 * HOUR_MS;

/** `5 s`, `3 min`, `2 h`, `4 d`. */
export function spanText(ms: number): string {
  const spanMs = Math.max(0, ms);
  if (spanMs < 2 * MINUTE_MS) return `${Math.floor(spanMs / SECOND_MS)} s`;
  if (spanMs < 2 * HOUR_MS) return `${Math.floor(spanMs / MINUTE_MS)} min`;
  if (spanMs < 2 * DAY_MS) return `${Math.floor(spanMs / HOUR_MS)} h`;
  return `${Math.floor(spanMs / DAY_MS)} d`;
}

/** How long something has been so. Clocks differ a little: what seems to be to come began just now. */
export function forText(sinceMs: number, nowMs: number): string {
  return `for ${spanText(nowMs - sinceMs)}`;
}

/** `now` or `in 5 s`. */
export function untilText(atMs: number, nowMs: number): string {
  return atMs <= nowMs ? 'now' : `in ${spanText(atMs - nowMs)}`;
}
