/**
 * Checks that were put or taken away one by one, above what a registration says of itself: they stay when it registers again.
 * They lie in its record beside what it says, where only the registrar reads them, and go with the instance.
 *
 * Like notes on a form: the form may be handed in anew every day, and the notes are pinned to each one.
 */
import { CHECKS_MAX } from '../catalog/bounds.js';
import { refusal } from '../catalog/fields.js';
import { isRollcallError } from '../errors.js';
import type { ServiceName } from '../catalog/names.js';
import { HEARTBEAT_CHECK_ID, type Check, type Registration } from '../catalog/registration.js';
import { partNameKind } from '../catalog/registration-kinds.js';
import type { Unknown } from '../records/record-codec.js';
import { describe, isObject } from '../catalog/value-kind.js';
import { askedCheckKind, checkWishKind } from '../probing/check-wish.js';
import { settleChecks, type Place } from '../probing/settle-checks.js';

/** A check as it was asked for, with nothing filled in: what is left out follows the instance, also when that moves. */
export type AskedCheck = Readonly<Record<string, unknown>>;

/** `asked`: `null` for one that was taken away. */
interface CheckChange {
  readonly asked: AskedCheck | null;
  /** The registration names one like this itself. */
  readonly named: boolean;
}

type CheckChanges = Readonly<Record<string, CheckChange>>;

const FIELD = 'checkChanges';

/** Throws `invalid-request`. What comes back is the same, with its name. */
export function readAskedCheck(name: string, input: unknown): AskedCheck {
  demandName(name);
  if (isObject(input) && input['name'] !== undefined && input['name'] !== name)
    throw refusal([{ field: 'name', came: describe(input['name']), allowed: `${JSON.stringify(name)}, as in the path, or nothing` }]);
  const asked = isObject(input) ? { ...input, name } : input;
  if (askedCheckKind.parse(asked) === undefined) {
    const problems = askedCheckKind.explain?.(asked, '') ?? [{ field: '', came: describe(input), allowed: askedCheckKind.allowed }];
    throw refusal(problems.map((problem) => ({ ...problem, field: problem.field.replace(/^\./, '') || 'body' })));
  }
  return asked as AskedCheck;
}

/** The service whose health it takes; `null` for a check that asks for itself. */
export function followedBy(asked: AskedCheck): ServiceName | null {
  const wish = checkWishKind.parse(asked);
  return wish?.type === 'alias' ? wish.service : null;
}

function demandName(name: string): void {
  const allowed = `${partNameKind.allowed}; the heartbeat is the ttl of a registration`;
  if (partNameKind.parse(name) === undefined || name === HEARTBEAT_CHECK_ID)
    throw refusal([{ field: 'name', came: JSON.stringify(name), allowed }]);
}

/** Throws `invalid-request` where it does not fit to whom it is put on, or where there would be too many. */
export function withCheck(checks: readonly Check[], asked: AskedCheck, place: Place): readonly Check[] {
  const check = settled(asked, place);
  const all = checks.some(({ id }) => id === check.id) ? checks.map((one) => (one.id === check.id ? check : one)) : [...checks, check];
  if (all.filter(({ type }) => type !== 'heartbeat').length <= CHECKS_MAX) return all;
  throw refusal([{ field: 'name', came: 'one more check', allowed: `at most ${CHECKS_MAX}, of which each can be changed or removed` }]);
}

function settled(asked: AskedCheck, place: Place): Check {
  return settleChecks(
    [checkWishKind.parse(asked)].filter((wish) => wish !== undefined),
    place,
    '',
  )[0] as Check;
}

/** What is noted when a check is put, or taken away (`null`). `isThere`: there is one of that name. */
export function noted(unknown: Unknown, name: string, asked: AskedCheck | null, isThere: boolean): Unknown {
  const { [name]: known, ...others } = changesIn(unknown);
  const named = known?.named ?? isThere;
  // Taken away is what nobody else says: nothing remains to be remembered.
  const changes = asked === null && !named ? others : { ...others, [name]: { asked, named } };
  return withChanges(unknown, changes);
}

export interface Laid {
  readonly registration: Registration;
  readonly unknown: Unknown;
}

/**
 * A registration that comes again, under what was noted above it. It is not refused for a note: a check that no longer fits to
 * it (its port has gone, its host is another one) is left out until it does. `isTaken`: whether this registry makes such a check.
 */
export function laidOver(registration: Registration, unknown: Unknown, isTaken: (registration: Registration) => boolean): Laid {
  if (!Object.hasOwn(unknown, FIELD)) return { registration, unknown };
  let checks = registration.checks;
  const changes: Record<string, CheckChange> = {};
  for (const [name, { asked }] of Object.entries(changesIn(unknown))) {
    const named = registration.checks.some(({ id }) => id === name);
    // What is not said any more need not be taken away any more.
    if (asked !== null || named) changes[name] = { asked, named };
    const changed = asked === null ? checks.filter(({ id }) => id !== name) : fitting(checks, asked, registration);
    if (changed !== null && isTaken({ ...registration, checks: changed })) checks = changed;
  }
  return { registration: { ...registration, checks }, unknown: withChanges(unknown, changes) };
}

function fitting(checks: readonly Check[], asked: AskedCheck, place: Place): readonly Check[] | null {
  try {
    return withCheck(checks, asked, place);
  } catch (error) {
    if (isRollcallError(error, 'invalid-request')) return null;
    throw error;
  }
}

function withChanges(unknown: Unknown, changes: CheckChanges): Unknown {
  const { [FIELD]: _, ...rest } = unknown;
  return Object.keys(changes).length === 0 ? rest : { ...rest, [FIELD]: changes };
}

/** Those that can be read; of the others it is as if nobody had said them. */
function changesIn(unknown: Unknown): CheckChanges {
  const found = unknown[FIELD];
  const entries = isObject(found) ? Object.entries(found) : [];
  return Object.fromEntries(
    entries.flatMap(([name, change]) => {
      const { asked, named } = isObject(change) ? change : {};
      const isRead = asked === null || checkWishKind.parse(asked) !== undefined;
      return isRead ? [[name, { asked: asked as AskedCheck | null, named: named === true }]] : [];
    }),
  );
}
