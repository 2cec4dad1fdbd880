/**
 * Durations as people write them: "30s", "250ms", "1h30m", or a number of milliseconds. Inside they are
 * whole milliseconds.
 */
import type { ValueKind } from './value-kind.js';

/** From the largest to the smallest, as a written duration has them. */
const unitsMs: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

const written = /^(?:\d{1,15}(?:\.\d{1,9})?(?:ms|s|m|h|d))+$/;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** The law: `parseDuration(formatDuration(ms))` is `ms`, for whole milliseconds from 0 on. */
export function parseDuration(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? writtenMs(value) : value;
  return typeof ms === 'number' && Number.isSafeInteger(ms) && ms >= 0 ? ms : undefined;
}

/** In the largest unit that says it without a fraction: 90 000 is "90s", 120 000 is "2m". */
export function formatDuration(ms: number): string {
  const [unit, unitMs] = unitsMs.find(([, size]) => ms > 0 && ms % size === 0) ?? (['s', 1000] as const);
  return `${ms / unitMs}${unit}`;
}

/** Durations between two bounds, both allowed. */
export function durationKind(minMs: number, maxMs: number): ValueKind<number> {
  return {
    allowed: `a duration such as "30s" or a number of milliseconds, from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`,
    parse(value) {
      const ms = parseDuration(value);
      return ms !== undefined && ms >= minMs && ms <= maxMs ? ms : undefined;
    },
  };
}

/** The same, or the word "none", which is `null` inside. */
export function durationOrNoneKind(minMs: number, maxMs: number): ValueKind<number | null> {
  const duration = durationKind(minMs, maxMs);
  return { allowed: `${duration.allowed}, or "none"`, parse: (value) => (value === 'none' ? null : duration.parse(value)) };
}

export function formatDurationOrNone(ms: number | null): string {
  return ms === null ? 'none' : formatDuration(ms);
}

function writtenMs(text: string): number | undefined {
  if (!written.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(part)) ms += Number(amount) * (unitsMs.find(([name]) => name === unit)?.[1] ?? 0);
  return Math.round(ms);
}
