/** Durations as Go writes and reads them: `10s`, `1m30s`, `1.5h`, `500ms`. Kept in milliseconds. */

const MS_BY_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** As Go's int64 of nanoseconds holds it. */
const LONGEST_MS = 9_223_372_036_854;

/** `undefined` for what is none. A bare `0` is one, any other number without a unit is not. */
export function parseGoDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  let sum = 0;
  let at = 0;
  while (at < rest.length) {
    PART.lastIndex = at;
    const found = PART.exec(rest);
    if (found === null) return undefined;
    sum += Number(found[1]) * (MS_BY_UNIT[found[2] ?? ''] ?? 0);
    at = PART.lastIndex;
  }
  return rest === '' || sum > LONGEST_MS ? undefined : sign * sum;
}

/** `1h0m0s`, `1m30s`, `10s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 0) return `-${formatGoDuration(-ms)}`;
  if (ms < 1) return ms < 1e-3 ? `${trimmed(ms * 1e6)}ns` : `${trimmed(ms * 1e3)}µs`;
  if (ms < 1000) return `${trimmed(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${trimmed((ms % 60_000) / 1000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(9)));
}
