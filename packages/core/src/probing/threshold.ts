/**
 * From the results of probes to what a check says. One bad result is an accident, several in a row are news: so the Nth in
 * a row decides, and what came between them starts the count anew.
 *
 * Like a doctor who sees a patient every ten seconds: until the first look nobody knows (starting); while the patient is
 * still getting up (the start period) what looks bad does not count; and one who was ill is well again only after
 * looking well as often as was agreed.
 */
import type { Health } from '../catalog/health.js';

/** What one probe found. */
export type Finding = 'passing' | 'warning' | 'critical';

export interface Thresholds {
  readonly successBeforePassing: number;
  /** As many as before critical, or more: it never warns. */
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
  /** After the registration: failures are not counted before its end, unless it was well once. */
  readonly startPeriodMs: number;
}

/** What was found lately, and what that makes of it. */
export interface Streak {
  readonly status: Health;
  /** In a row, up to now; one of the two is 0. */
  readonly successes: number;
  readonly failures: number;
  /** It has been well, so that nobody excuses it any more. */
  readonly wasWell: boolean;
}

/**
 * `born`: what it says before anything is known. `isNew`: nothing was ever found, so that who was born critical, and was never
 * ill, needs no more than one success.
 */
export function newStreak(born: Health, isNew = false): Streak {
  return { status: born, successes: isNew ? Infinity : 0, failures: 0, wasWell: false };
}

/** `ageMs`: how long it has been registered. A warning is no failure: whoever answers so is there. */
export function weigh(before: Streak, finding: Finding, thresholds: Thresholds, ageMs: number): Streak {
  return finding === 'critical' ? failed(before, thresholds, ageMs) : succeeded(before, finding, thresholds);
}

function succeeded(before: Streak, finding: 'passing' | 'warning', { successBeforePassing }: Thresholds): Streak {
  const successes = before.successes + 1;
  // What was never ill needs no recovery, and neither does what is only somewhat ill.
  const enough = before.status !== 'critical' || successes >= successBeforePassing;
  return { status: enough ? finding : before.status, successes, failures: 0, wasWell: before.wasWell || finding === 'passing' };
}

function failed(before: Streak, { failuresBeforeWarning, failuresBeforeCritical, startPeriodMs }: Thresholds, ageMs: number): Streak {
  if (!before.wasWell && ageMs < startPeriodMs) return { ...before, successes: 0 };
  const failures = before.failures + 1;
  const counted = { ...before, failures, successes: 0 };
  if (failures >= failuresBeforeCritical) return { ...counted, status: 'critical' };
  return failures >= failuresBeforeWarning && before.status !== 'critical' ? { ...counted, status: 'warning' } : counted;
}
