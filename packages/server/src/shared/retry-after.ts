/** When to come back: spread, so that those who were sent away together do not come back together. */
import type { Random } from '@rollcall/core';

const SECONDS_MAX = 3;

export function retryAfterSeconds(random: Random): number {
  return 1 + Math.floor(random.number() * SECONDS_MAX);
}
