/** How long to wait before connecting again: longer each time, and never all together. */
import type { Random } from './ports.js';

/** When the registry did not say how long. */
const WAIT_MS = 500;

/** However often it failed: a registry that is back is found within half a minute. */
const WAIT_MS_MAX = 30_000;

export interface Failure {
  /** How often in a row, this time included. */
  readonly times: number;
  /** What the last stream said (`retry:`). */
  readonly retryMs?: number | undefined;
  /** What the refusal said (`Retry-After`): not before. */
  readonly retryAfterMs?: number | null;
}

/** Between half and all of what is doubled each time; after a Retry-After, up to a quarter later than it says. */
export function backoffMs({ times, retryMs = WAIT_MS, retryAfterMs }: Failure, random: Random): number {
  const longestMs = Math.min(Math.max(retryMs, 1) * 2 ** Math.min(times - 1, 30), WAIT_MS_MAX);
  const waitMs = (longestMs / 2) * (1 + random.number());
  const notBeforeMs = (retryAfterMs ?? 0) * (1 + random.number() / 4);
  return Math.round(Math.max(waitMs, notBeforeMs));
}
