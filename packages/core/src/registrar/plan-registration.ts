/** What a registration changes, given what the log says. Pure. */
import { RollcallError } from '../errors.js';
import { RECORD_BYTES_MAX } from '../catalog/bounds.js';
import { healthOf, verdictOn, type Verdict, type Verdicts } from '../catalog/health.js';
import { lapseOf } from '../catalog/instance.js';
import { encodeIntentRecord, type IntentRecord } from '../records/intent-record.js';
import { BORN, encodeHealthRecord, encodeInstanceRecord, type InstanceRecord } from '../records/records.js';
import type { InstanceKeys } from '../records/keys.js';
import type { Unknown } from '../records/record-codec.js';
import { keeping, type Registration } from '../catalog/registration.js';
import type { Manner } from '../face.js';
import type { Bytes, Operation } from '../ports/store.js';
import type { SingleKey } from '../store/key-range.js';
import type { Plan } from './amend.js';
import { laidOver } from './check-changes.js';
import { asksTheSame } from './asks-the-same.js';
import { isSame } from './same.js';
import { registeredIntent } from './departure.js';
import type { Found, Told } from './subject.js';

export interface RegistrationPlan {
  readonly record: Omit<InstanceRecord, 'unknown'>;
  readonly created: boolean;
  /** The record was not there already, word for word. */
  readonly written: boolean;
  /** What stays of the verdicts: a registration is the first heartbeat, and no probe's answer. `null`: all that there were, if there were any. */
  readonly kept: Verdicts | null;
  /** What is said about it from now on. */
  readonly intent: IntentRecord | null;
  /** That is not what was said before. */
  readonly said: boolean;
  readonly before: Told;
}

/** `isTaken`: whether this registry makes the checks that were put on it by itself. Left out: all. Throws `conflict`. */
export function planRegistration(
  said: Registration,
  stored: Told,
  wallNowMs: number,
  isTaken: (registration: Registration) => boolean = () => true,
  manner: Manner = {},
): Plan<RegistrationPlan> {
  demandOver(manner, stored);
  const healing = manner.findings !== 'kept';
  const before = stored.registration?.record ?? null;
  const { registration, unknown } = laidOver(
    keeping(meant(said, before, manner), before),
    stored.registration?.unknown ?? nothingUnknown,
    isTaken,
  );
  const kept = healing ? keptVerdicts(registration, stored) : leftVerdicts(registration, stored);
  const incarnation = incarnationOf(registration, stored, healing);
  const record = recordOf(registration, incarnation, unknown, before?.registeredAtMs ?? wallNowMs);
  const same =
    before !== null &&
    before.incarnation === record.incarnation &&
    saysTheSame(registration, before) &&
    isSame(unknown, stored.registration?.unknown ?? nothingUnknown);
  const earlier = stored.intent?.record ?? null;
  const intent = earlier && registeredIntent(earlier, wallNowMs);
  const isSaid = earlier !== null && (intent === null || !isSame(earlier, intent));
  const { keys } = stored;
  // A list that grows from nothing takes room for many, and most never get a second one.
  const operations: Operation[] = same
    ? []
    : [{ type: 'put', key: keys.instances.from, value: fittingValue(record, registration === said ? keys : null) }];
  if (kept !== null) operations.push(putOrDelete(keys.health, isNothing(kept) ? null : healthValue(kept)));
  if (isSaid) operations.push(putOrDelete(keys.intents, intent && encodeIntentRecord(intent)));
  return { operations, answer: { record, created: before === null, written: !same, kept, intent, said: isSaid, before: stored } };
}

function putOrDelete(range: SingleKey, value: Bytes | null): Operation {
  return value === null ? { type: 'delete', range } : { type: 'put', key: range.from, value };
}

function meant(said: Registration, before: Registration | null, { only }: Manner): Registration {
  if (only === undefined || before === null) return said;
  const { checks, deregisterAfterMs, origin } = said;
  return { ...before, checks, deregisterAfterMs, origin };
}

/** Whoever read, changed and writes it back writes over what was read, or not at all. Throws `conflict`. */
export function demandOver({ over }: Manner, stored: Pick<Told, 'logRevision'> & { readonly registration: Found<unknown> | null }): void {
  if (over === undefined || over === (stored.registration?.revision ?? 0)) return;
  const { logRevision } = stored;
  throw new RollcallError('conflict', 'It has been registered anew since it was read. Read it again, and say again what it should be.', {
    revision: logRevision,
  });
}

/** Throws `invalid-request` for one that is too large. */
export function fittingValue(record: InstanceRecord, keys: InstanceKeys | null): Bytes {
  const value = encodeInstanceRecord(record, keys);
  if (value.length > RECORD_BYTES_MAX) throw tooLarge(value.length);
  return value;
}

/** In one literal, because it is made for every write: a spread that is added to takes many times as long. */
function recordOf(one: Registration, incarnation: number, unknown: Unknown, registeredAtMs: number): InstanceRecord {
  return {
    namespace: one.namespace,
    service: one.service,
    id: one.id,
    host: one.host,
    port: one.port,
    ports: one.ports,
    tags: one.tags,
    metadata: one.metadata,
    weight: one.weight,
    zone: one.zone,
    region: one.region,
    version: one.version,
    machine: one.machine,
    checks: one.checks,
    deregisterAfterMs: one.deregisterAfterMs,
    origin: one.origin,
    incarnation,
    registeredAtMs,
    unknown,
  };
}

const nothingUnknown: Unknown = Object.freeze({});

/** `null` where those that there are leave it as a registration does. One that is new finds what another one left: nothing of that stays. */
function keptVerdicts(registration: Registration, { registration: before, health }: Told): Verdicts | null {
  if (health === null) return null;
  const kept = before === null ? {} : probedVerdicts(registration, before.record, health.verdicts);
  return before === null || healthOf(registration, health.verdicts) !== healthOf(registration, kept) ? kept : null;
}

/** Where nothing heals: of every check that is still there; `null` where those are all. */
function leftVerdicts({ checks }: Registration, { registration: before, health }: Told): Verdicts | null {
  if (health === null) return null;
  if (before === null) return {};
  const all = Object.entries(health.verdicts);
  const left = all.filter(([id]) => checks.some((check) => check.id === id));
  return left.length === all.length ? null : Object.fromEntries(left);
}

/** Of checks that are probed as before. */
function probedVerdicts(registration: Registration, before: Registration, verdicts: Verdicts): Verdicts {
  const kept = registration.checks.flatMap((check): readonly (readonly [string, Verdict])[] => {
    const verdict = verdictOn(verdicts, check.id);
    const same = check.type !== 'heartbeat' && before.checks.some((one) => asksTheSame(one, check));
    return same && verdict !== undefined ? [[check.id, verdict]] : [];
  });
  return Object.fromEntries(kept);
}

export function isNothing(verdicts: Verdicts): boolean {
  for (const _ in verdicts) return false;
  return true;
}

function healthValue(verdicts: Verdicts): Bytes {
  return encodeHealthRecord({ verdicts, heldSinceMs: null, unknown: nothingUnknown });
}

/**
 * A counter that needs no memory of the departed: it is where the log stood, so it has grown whenever anything was
 * written since, and a departure is written. What is remembered of the log may be older than the last change of it.
 */
function incarnationOf(registration: Registration, stored: Told, healing: boolean): number {
  const { isRegistered, registration: before, health, logRevision } = stored;
  if (before === null) return isRegistered ? logRevision : BORN;
  const { checks, incarnation } = before.record;
  const lapsed = healing && lapseOf({ checks, verdicts: health?.verdicts ?? {} }) !== undefined;
  return lapsed || moved(before.record, registration) ? grownIncarnation(stored, before.record) : incarnation;
}

export function grownIncarnation({ logRevision }: Pick<Told, 'logRevision'>, { incarnation }: Pick<InstanceRecord, 'incarnation'>): number {
  return Math.max(logRevision, incarnation + 1);
}

function moved(before: Registration, after: Registration): boolean {
  return !placeFields.every((field) => isSame(before[field], after[field]));
}

const placeFields = ['host', 'port', 'ports', 'checks'] as const;

/** Word for word, whatever else is known of the one before. */
function saysTheSame(registration: Registration, before: Registration): boolean {
  for (const field in registration) {
    if (!isSame(registration[field as keyof Registration], before[field as keyof Registration])) return false;
  }
  return true;
}

export function tooLarge(bytes: number): RollcallError {
  return new RollcallError('invalid-request', `The record takes ${bytes} bytes; allowed are ${RECORD_BYTES_MAX}.`, {
    problems: [{ field: 'body', came: `${bytes} bytes`, allowed: `${RECORD_BYTES_MAX} bytes in all` }],
  });
}
