/** Whether a view that was kept may be shown. Pure: what is told here is what people are told. */
import type { LogPlace } from './format.js';
import type { FoundView } from './read.js';

/** Of yesterday is worth more than nothing; of last week, most addresses have gone to others. */
export const VIEW_AGE_MAX_MS: number = 24 * 60 * 60 * 1000;

/** `null` if it may; otherwise why not. */
export function objectionTo({ log, asOfMs }: Pick<FoundView, 'log' | 'asOfMs'>, ours: LogPlace, wallMs: number): string | null {
  if (log.prefix !== ours.prefix) return `it is of the keys behind "${log.prefix}", and this node's are behind "${ours.prefix}"`;
  if (!log.endpoints.some((endpoint) => ours.endpoints.includes(endpoint)))
    return `it is of the etcd at ${log.endpoints.join(', ')}, none of which this node was given`;
  const ageHours = Math.floor((wallMs - asOfMs) / 3_600_000);
  if (wallMs - asOfMs > VIEW_AGE_MAX_MS) return `it is ${ageHours} hours old, and only used for ${VIEW_AGE_MAX_MS / 3_600_000}`;
  return null;
}
