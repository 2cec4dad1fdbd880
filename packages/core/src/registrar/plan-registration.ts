/** What a registration changes, given what the log says. Pure. */
import { RollcallError } from '../errors.js';
import { RECORD_BYTES_MAX } from '../catalog/bounds.js';
import { healthOf } from '../catalog/health.js';
import { lapseOf } from '../catalog/instance.js';
import { encodeInstanceRecord, type InstanceRecord } from '../catalog/records.js';
import type { Registration } from '../catalog/registration.js';
import type { Operation } from '../ports/store.js';
import { deleteRecord, putRecord, type Plan, type Stored } from './amend.js';

export interface RegistrationPlan {
  readonly record: InstanceRecord;
  readonly created: boolean;
  /** The record was not there already, word for word. */
  readonly written: boolean;
  /** The verdicts that were there go: a registration is the first heartbeat. */
  readonly reborn: boolean;
}

export function planRegistration(registration: Registration, stored: Stored, wallNowMs: number): Plan<RegistrationPlan> {
  const before = stored.registration?.record ?? null;
  const reborn = isReborn(registration, stored);
  const record: InstanceRecord = {
    ...registration,
    registeredAtMs: before?.registeredAtMs ?? wallNowMs,
    incarnation: incarnationOf(registration, stored),
    unknown: before?.unknown ?? {},
  };
  const value = encodeInstanceRecord(record);
  if (value.length > RECORD_BYTES_MAX) throw tooLarge(value.length);
  const same = before !== null && sameRecord(before, record);
  const operations: Operation[] = [
    ...(same ? [] : [putRecord('instances', registration, value)]),
    ...(reborn ? [deleteRecord('health', registration)] : []),
  ];
  return { operations, answer: { record, created: before === null, written: !same, reborn } };
}

/** It had verdicts, and they no longer leave it passing; or it is new, and finds what another one left. */
function isReborn(registration: Registration, { registration: before, health }: Stored): boolean {
  if (health === null) return false;
  return before === null || healthOf(registration, health.record.verdicts) !== 'passing';
}

/**
 * A counter that needs no memory of the departed: it is where the log stood, so it has grown whenever
 * anything was written since, and a departure is written.
 */
function incarnationOf(registration: Registration, { registration: before, health, logRevision }: Stored): number {
  if (before === null) return logRevision;
  const lapsed = lapseOf({ checks: before.record.checks, verdicts: health?.record.verdicts ?? {} }) !== undefined;
  return lapsed || moved(before.record, registration) ? logRevision : before.record.incarnation;
}

function moved(before: Registration, after: Registration): boolean {
  const place = ({ host, port, ports, checks }: Registration): string => canonical({ host, port, ports, checks });
  return place(before) !== place(after);
}

function sameRecord(before: InstanceRecord, after: InstanceRecord): boolean {
  return canonical({ ...before }) === canonical({ ...after });
}

/** The same text for the same content, in whatever order its names came. */
function canonical(value: object): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

function tooLarge(bytes: number): RollcallError {
  return new RollcallError('invalid-request', `The registration takes ${bytes} bytes; allowed are ${RECORD_BYTES_MAX}.`, {
    problems: [{ field: 'body', came: `${bytes} bytes`, allowed: `${RECORD_BYTES_MAX} bytes in all` }],
  });
}
