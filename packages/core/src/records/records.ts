/** Registrations, and the verdicts on them, as records of the log. */
import type { Bytes } from '../ports/store.js';
import { optional, required, type FieldRules } from '../catalog/fields.js';
import { healths, verdictReasons, type Verdict, type Verdicts } from '../catalog/health.js';
import { rememberWritten } from './just-written.js';
import type { InstanceKeys } from './keys.js';
import {
  decodeRecord,
  encodeRecord,
  FORMAT,
  named,
  number,
  objectKind,
  parseJson,
  readRecord,
  text,
  time,
  type Unknown,
} from './record-codec.js';
import { probeKind } from '../probing/probe-record.js';
import { probeTypes } from '../probing/probe-spec.js';
import type { Check, HeartbeatCheck, Kept, Origin, ProbedCheck, Registration } from '../catalog/registration.js';
import { encodeUtf8 } from './utf8.js';
import { isObject, listKind, tableKind, wordKind, type ValueKind } from '../catalog/value-kind.js';

export interface InstanceRecord extends Registration {
  /** `BORN` for one that nobody has changed since it came. */
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
 * The incarnation of a newcomer is the revision that its registration gets, which is not known while it is written. Every
 * later one lies between that and the revision that makes it, so that nobody who comes again has one of an earlier life.
 */
export const BORN = 0;

export function incarnationIn({ incarnation }: Pick<InstanceRecord, 'incarnation'>, createRevision: number): number {
  return incarnation === BORN ? createRevision : incarnation;
}

/**
 * What is empty or usual is left out, as what is `null` is, and what the instances of a service have in common stands
 * behind what is each one's own: a million records are read when a node starts. `keys`: under which it is
 * going to lie, where it is sure to name the same instance as they do.
 */
export function encodeInstanceRecord(record: InstanceRecord, keys: InstanceKeys | null = null): Bytes {
  if (!isEmpty(record.unknown)) return encodeRecord(written(record), record.unknown);
  const bytes = encodeRegistered(record);
  rememberWritten(bytes, { record, keys });
  return bytes;
}

/** As far as it is understood here, and not on its way to the log. */
export function encodeRegistered(registered: Omit<InstanceRecord, 'unknown'>): Bytes {
  return encodeUtf8(JSON.stringify(written(registered)));
}

/** In one literal, because it is made for every write: `JSON.stringify` leaves out what is `undefined`. */
function written(one: Omit<InstanceRecord, 'unknown'>): {
  readonly [Field in Exclude<keyof InstanceRecord, 'unknown'> | 'format' | 'kept']: unknown;
} {
  return {
    format: FORMAT,
    id: one.id,
    host: one.host ?? undefined,
    port: one.port ?? undefined,
    machine: one.machine ?? undefined,
    metadata: isEmpty(one.metadata) ? undefined : one.metadata,
    kept: one.origin.kept,
    incarnation: one.incarnation,
    registeredAtMs: one.registeredAtMs,
    weight: one.weight,
    ports: isEmpty(one.ports) ? undefined : one.ports,
    tags: one.tags.length === 0 ? undefined : one.tags,
    checks: one.checks.length === 0 ? undefined : one.checks.map(withoutUsual),
    namespace: one.namespace,
    service: one.service,
    zone: one.zone ?? undefined,
    region: one.region ?? undefined,
    version: one.version ?? undefined,
    deregisterAfterMs: one.deregisterAfterMs ?? undefined,
    origin: one.origin.kept === undefined ? one.origin : { face: one.origin.face },
  };
}

function isEmpty(table: object): boolean {
  for (const _ in table) return false;
  return true;
}

function withoutUsual({ born, ...check }: Check): object {
  return born === 'passing' ? check : { ...check, born };
}

export function decodeInstanceRecord(bytes: Bytes): InstanceRecord | null {
  return instanceRecordIn(parseJson(bytes));
}

/** `null` for what is none. */
export function instanceRecordIn(json: unknown): InstanceRecord | null {
  const read = readRecord<Omit<InstanceRecord, 'unknown'> & { readonly kept: Kept | null }>(json, writtenRules);
  if (read === null) return null;
  const { kept, ...record } = read;
  return kept === null ? record : { ...record, origin: { face: record.origin.face, kept } };
}

export function encodeHealthRecord({ unknown, ...fields }: HealthRecord): Bytes {
  return encodeRecord(fields, unknown);
}

export function decodeHealthRecord(bytes: Bytes): HealthRecord | null {
  return decodeRecord<Omit<HealthRecord, 'unknown'>>(bytes, healthRules);
}

const anyCheck: FieldRules<Pick<Check, 'id' | 'born'>> = { id: required(text), born: optional(wordKind(healths), 'passing') };

const heartbeatKind = objectKind<HeartbeatCheck>({ ...anyCheck, type: required(wordKind(['heartbeat'])), ttlMs: optional(number, null) });

const probedKind = objectKind<ProbedCheck>({ ...anyCheck, type: required(wordKind(probeTypes)), probe: required(probeKind) });

/** What most have not, so that it is no field of theirs. */
function withTerm(check: Check | undefined, value: unknown): Check | undefined {
  if (check === undefined || !isObject(value) || value['deregisterAfterMs'] === undefined) return check;
  const term = value['deregisterAfterMs'];
  return typeof term === 'number' ? { ...check, deregisterAfterMs: term } : undefined;
}

export const checkKind: ValueKind<Check> = {
  allowed: `${heartbeatKind.allowed}, or ${probedKind.allowed}`,
  parse: (value) => withTerm(heartbeatKind.parse(value) ?? probedKind.parse(value), value),
};

const keptKind: ValueKind<Kept> = tableKind(text, text, Infinity);

const faceAndKept = objectKind<{ readonly face: string; readonly kept: Kept | null }>({
  face: required(text),
  kept: optional<Kept, null>(keptKind, null),
});

export const originKind: ValueKind<Origin> = {
  allowed: faceAndKept.allowed,
  parse(value) {
    const read = faceAndKept.parse(value);
    return read?.kept === null ? { face: read.face } : (read as Origin | undefined);
  },
};

const plainVerdict = objectKind<Omit<Verdict, 'flapping'>>({
  status: required(wordKind(healths)),
  reason: required(wordKind(verdictReasons)),
  sinceMs: required(time),
  output: optional(text, ''),
});

const verdict: ValueKind<Verdict> = {
  allowed: plainVerdict.allowed,
  parse(value) {
    const plain = plainVerdict.parse(value);
    return plain !== undefined && isObject(value) && value['flapping'] === true ? { ...plain, flapping: true } : plain;
  },
};

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

/** What is kept is each one's own, so it stands apart from what the instances of a service have in common. */
const writtenRules = { ...instanceRules, kept: optional<Kept, null>(keptKind, null) };

const healthRules: FieldRules<Omit<HealthRecord, 'unknown'>> = {
  verdicts: required(tableKind(text, verdict, Infinity)),
  heldSinceMs: optional(time, null),
};
