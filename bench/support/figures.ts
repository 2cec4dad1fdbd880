/** How figures are written: few digits, a unit, and the range where several rounds were run. */
import type { Spread } from './statistics.js';

export function perSecond(spread: Spread): string {
  return `${count(spread.median)}/s (${count(spread.low)}–${count(spread.high)})`;
}

export function milliseconds({ median, low, high }: Spread): string {
  return `${few(median)} ms (${few(low)}–${few(high)})`;
}

export function times({ median, low, high }: Spread): string {
  return `${few(median)}× (${few(low)}–${few(high)})`;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** Never so many digits that anybody has to count them. */
function count(value: number): string {
  return value >= 1_000 ? `${few(value / 1000)}k` : few(value);
}

export function few(value: number): string {
  if (value >= 100) return Math.round(value).toString();
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
