/** A ttl that is shorter than this log's nodes can hear: refused where it is said, because nobody could keep to it. */
import { formatDuration } from '../catalog/duration.js';
import { refusal } from '../catalog/fields.js';
import { isTimed, type Check, type TimedCheck } from '../catalog/registration.js';

/** Throws `invalid-request`. */
export function demandTtl(checks: readonly Check[], ttlMinMs: number): void {
  const short = checks.find((check): check is TimedCheck => isTimed(check) && check.ttlMs < ttlMinMs);
  if (short === undefined) return;
  const allowed = `${formatDuration(ttlMinMs)} or longer, where there are several nodes`;
  throw refusal([{ field: 'ttl', came: formatDuration(short.ttlMs), allowed }]);
}
