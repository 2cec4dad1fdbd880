/** A duration as the registry answers it and as people write it, such as `30s` or `1h30m`. */

const unitsMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const written = /^(?:\d{1,15}(?:\.\d{1,9})?(?:ms|s|m|h|d))+$/;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** In milliseconds; `undefined` for what is no duration. */
export function durationMs(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string' || !written.test(value)) return undefined;
  let ms = 0;
  for (const [, amount, unit = ''] of value.matchAll(part)) ms += Number(amount) * (unitsMs[unit] ?? 0);
  return ms;
}

/** As an instance shows its ttl: `null` for `none`. What a newer registry may say counts as the usual one. */
export function ttlMs(shown: unknown): number | null {
  return shown === 'none' ? null : (durationMs(shown) ?? 30_000);
}
