/**
 * Who is present, decided without doing anything about it. All times are attended time (see attended-time.ts).
 *
 * Two stages: a check that does not hear its heartbeat within the ttl lapses, and its instance is no longer
 * called. An instance that stays critical for `deregisterAfter` departs (see terms.ts). A beat in between brings it back
 * as if nothing had been.
 */

import { verdictOn, type Verdicts } from '../catalog/health.js';
import type { TimedCheck } from '../catalog/registration.js';

/**
 * How the log has a heartbeat check. `present`: a heartbeat that does not come would change something. `lapsed`: it
 * did not come, and one that comes changes that. `critical`: it was said to be, and only other words change that.
 */
export type Standing = 'present' | 'lapsed' | 'critical';

export type Decision = { readonly act: 'wait'; readonly untilMs: number } | { readonly act: 'lapse' } | { readonly act: 'recover' };

const never: Decision = { act: 'wait', untilMs: Infinity };
const lapse: Decision = { act: 'lapse' };
const recover: Decision = { act: 'recover' };

/** The deadline is the last beat and a ttl; `-Infinity` for one that had lapsed before this node began to look after it. */
export function decide(standing: Standing, deadlineMs: number, nowMs: number): Decision {
  switch (standing) {
    case 'present':
      return nowMs >= deadlineMs ? lapse : { act: 'wait', untilMs: deadlineMs };
    case 'lapsed':
      return nowMs < deadlineMs ? recover : never;
    case 'critical':
      return never;
  }
}

export function standingOf(verdicts: Verdicts, { id, born }: TimedCheck): Standing {
  const verdict = verdictOn(verdicts, id);
  if ((verdict?.status ?? born) !== 'critical') return 'present';
  return verdict?.reason === 'lapse' ? 'lapsed' : 'critical';
}

/** When it has to be looked at. */
export function dueMs(decision: Decision, nowMs: number): number {
  return decision.act === 'wait' ? decision.untilMs : nowMs;
}
