/** How long an instance is believed that another log does not know: long enough for it to notice and to register again. */
import type { Instance } from '../shapes.js';

/** Time to notice (a heartbeat's interval), to wait for its turn (a backoff of half a minute) and to be told of. */
const TERM_MS_MIN = 30_000;

/** Whoever beats once in an hour is not waited for so long: calls find out whether it is there. */
const TERM_MS_MAX: number = 5 * 60_000;

/** Twice its ttl, between half a minute and five. Whoever does not beat says nothing of itself, and has the usual one. */
export function termMs({ ttl }: Pick<Instance, 'ttl'>): number {
  const ttlMs = millisecondsOf(ttl);
  return ttlMs === undefined ? 2 * TERM_MS_MIN : Math.min(Math.max(2 * ttlMs, TERM_MS_MIN), TERM_MS_MAX);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function millisecondsOf(duration: Instance['ttl']): number | undefined {
  if (typeof duration === 'number') return duration;
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  return parts.length === 0 ? undefined : parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 0), 0);
}
