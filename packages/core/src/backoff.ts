/** How long to wait before trying again: longer each time, and never all together. */
import type { Random } from './ports/random.js';

export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Beyond this many doublings every first wait has become the longest one. */
const DOUBLINGS_MAX = 30;

/** `times`: how often in a row it has failed, at least once. Between half and all of what is doubled each time. */
export function backoffMs({ firstMs, longestMs }: Backoff, times: number, random: Random): number {
  const mostMs = Math.min(firstMs * 2 ** Math.min(times - 1, DOUBLINGS_MAX), longestMs);
  return (mostMs / 2) * (1 + random.number());
}
