/** What `Retry-After` says: a number of seconds, or a date; never believed beyond a bound. */

/** Whoever says later is not waited for so long. */
const RETRY_AFTER_MS_MAX = 30_000;

/** `undefined` for what says nothing that can be understood. */
export function retryAfterMs(header: string | undefined, wallMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,12}(\.\d{1,3})?$/.test(text)) return Math.min(Math.round(Number(text) * 1000), RETRY_AFTER_MS_MAX);
  // A date names its day first; `Date.parse` alone would take "-5" for a year.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/i.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.min(atMs - wallMs, RETRY_AFTER_MS_MAX));
}
