/** Registrations, and the verdicts on them, as records of the log. */
import type { Bytes } from '../ports/store.js';
import { optional, required, type FieldRules } from './fields.js';
import { healths, verdictReasons, type Verdict, type Verdicts } from './health.js';
import { decodeRecord, encodeRecord, named, number, objectKind, text, time, type Unknown } from './record-codec.js';
import type { Check, Origin, Registration } from './registration.js';
import { listKind, tableKind, wordKind, type ValueKind } from './value-kind.js';

export interface InstanceRecord extends Registration {
  readonly incarnation: number;
  readonly registeredAtMs: number;
  readonly unknown: Unknown;
}

export interface HealthRecord {
  readonly verdicts: Verdicts;
  /** Since when it should have departed and waits because of the guard; `null` for whoever is not held. */
  readonly heldSinceMs: number | null;
  readonly unknown: Unknown;
}

/**
 * What is empty or usual is left out, as what is `null` is, and what the instances of a service have in common stands
 * behind what is each one's own: a million records are read when a node starts.
 */
export function encodeInstanceRecord({ unknown, ...record }: InstanceRecord): Bytes {
  const { id, host, port, machine, metadata, incarnation, registeredAtMs, weight, ports, tags, checks, ...rest } = record;
  const own = { id, host, port, machine, metadata: orNull(metadata), incarnation, registeredAtMs };
  const common = { weight, ports: orNull(ports), tags: orNull(tags), checks: orNull(checks.map(withoutUsual)), ...rest };
  return encodeRecord({ ...own, ...common }, unknown);
}

function orNull<Holder extends object>(holder: Holder): Holder | null {
  return Object.keys(holder).length === 0 ? null : holder;
}

function withoutUsual({ born, ...check }: Check): object {
  return born === 'passing' ? check : { ...check, born };
}

export function decodeInstanceRecord(bytes: Bytes): InstanceRecord | null {
  return decodeRecord<Omit<InstanceRecord, 'unknown'>>(bytes, instanceRules);
}

export function encodeHealthRecord({ unknown, ...fields }: HealthRecord): Bytes {
  return encodeRecord(fields, unknown);
}

export function decodeHealthRecord(bytes: Bytes): HealthRecord | null {
  return decodeRecord<Omit<HealthRecord, 'unknown'>>(bytes, healthRules);
}

export const checkKind: ValueKind<Check> = objectKind<Check>({
  id: required(text),
  type: required(wordKind(['heartbeat'])),
  ttlMs: required(number),
  born: optional(wordKind(healths), 'passing'),
});

export const originKind: ValueKind<Origin> = objectKind<Origin>({ face: required(text) });

const verdict = objectKind<Verdict>({
  status: required(wordKind(healths)),
  reason: required(wordKind(verdictReasons)),
  sinceMs: required(time),
  output: optional(text, ''),
});

export const instanceRules: FieldRules<Omit<InstanceRecord, 'unknown'>> = {
  namespace: required(named()),
  service: required(named()),
  id: required(named()),
  host: optional(named(), null),
  port: optional(number, null),
  ports: optional(tableKind(text, number, Infinity), {}),
  tags: optional(listKind(text, Infinity), []),
  metadata: optional(tableKind(text, text, Infinity), {}),
  weight: required(number),
  zone: optional(text, null),
  region: optional(text, null),
  version: optional(text, null),
  machine: optional(named(), null),
  checks: optional(listKind(checkKind, Infinity), []),
  deregisterAfterMs: optional(number, null),
  origin: required(originKind),
  incarnation: required(number),
  registeredAtMs: required(time),
};

const healthRules: FieldRules<Omit<HealthRecord, 'unknown'>> = {
  verdicts: required(tableKind(text, verdict, Infinity)),
  heldSinceMs: optional(time, null),
};
