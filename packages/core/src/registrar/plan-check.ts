/** What changes when one check is put or taken away: that check, and what was found by it. What the others found stays. Pure. */
import { RollcallError } from '../errors.js';
import { verdictOn, type Verdicts } from '../catalog/health.js';
import { encodeHealthRecord, type HealthRecord } from '../records/records.js';
import type { Check, InstanceRef, ProbedCheck, Registration } from '../catalog/registration.js';
import type { Bytes, Operation } from '../ports/store.js';
import type { Plan } from './amend.js';
import { asksTheSame } from './asks-the-same.js';
import { noted, withCheck, type AskedCheck } from './check-changes.js';
import { fittingValue, grownIncarnation, type RegistrationPlan } from './plan-registration.js';
import { instanceNotFound } from '../query/find-instance.js';
import { isSame } from './same.js';
import type { Stored } from './subject.js';

/** `asked`: `null` takes it away. */
export interface CheckWord {
  readonly name: string;
  readonly asked: AskedCheck | null;
}

/** Throws `not-found` for whoever is not here, and for a check that is not. */
export function planCheck(
  ref: InstanceRef,
  { name, asked }: CheckWord,
  stored: Stored,
  demand: (registration: Registration) => void,
): Plan<RegistrationPlan> {
  const { registration, health, intent } = stored;
  if (registration === null) throw instanceNotFound(ref.id, ref.service);
  const before = registration.record;
  const isThere = before.checks.some(({ id }) => id === name);
  const checks = changedChecks(before.checks, { name, asked }, before);
  const unknown = noted(registration.unknown, name, asked, isThere);
  const changed = { ...before, checks, incarnation: isSame(checks, before.checks) ? before.incarnation : grownIncarnation(stored, before) };
  demand(changed);
  const written = !isSame(checks, before.checks) || !isSame(unknown, registration.unknown);
  const { keys } = stored;
  const kept = health && verdictsLeft(health.verdicts, before.checks, checks, name);
  const operations: Operation[] = [];
  if (written) operations.push({ type: 'put', key: keys.instances.from, value: fittingValue({ ...changed, unknown }, null) });
  if (health !== null && kept !== null) operations.push(putHealth(keys.health.from, health.record, kept));
  const said = { intent: intent?.record ?? null, said: false };
  return { operations, answer: { record: changed, created: false, written, kept, ...said, before: stored } };
}

export function changedChecks(
  checks: readonly Check[],
  { name, asked }: CheckWord,
  place: Parameters<typeof withCheck>[2],
): readonly Check[] {
  if (asked !== null) return withCheck(checks, asked, place);
  if (checks.some(({ id, type }) => id === name && type !== 'heartbeat')) return checks.filter(({ id }) => id !== name);
  throw new RollcallError('not-found', `It has no check of the name ${JSON.stringify(name)}.`, { check: name });
}

/** `null` where all stay: the check that changed asks the same as before, or had found nothing yet. */
function verdictsLeft(verdicts: Verdicts, before: readonly Check[], after: readonly Check[], name: string): Verdicts | null {
  if (verdictOn(verdicts, name) === undefined) return null;
  const check = after.find((one): one is ProbedCheck => one.id === name && one.type !== 'heartbeat');
  if (check !== undefined && before.some((one) => asksTheSame(one, check))) return null;
  const { [name]: _, ...left } = verdicts;
  return left;
}

export function putHealth(key: Bytes, record: HealthRecord, verdicts: Verdicts): Operation {
  return { type: 'put', key, value: encodeHealthRecord({ ...record, verdicts }) };
}
