/**
 * Registrations and verdicts as bytes: JSON with a format version. A reader keeps the fields that it does
 * not know, so that an older program which rewrites a record loses nothing of a newer one's. What cannot be
 * read answers `null`; whoever asked skips it and counts it.
 */
import type { Bytes } from '../ports/store.js';
import { optional, required, tryFields, type FieldRules } from './fields.js';
import { healths, verdictReasons, type Verdict, type Verdicts } from './health.js';
import type { Check, Origin, Registration } from './registration.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';
import { isObject, listKind, tableKind, textKind, wordKind, type ValueKind } from './value-kind.js';

/** The newest format that this program reads, and the one that it writes. */
const FORMAT = 1;

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

type Unknown = Readonly<Record<string, unknown>>;

export function encodeInstanceRecord({ unknown, ...fields }: InstanceRecord): Bytes {
  return encode(fields, unknown);
}

export function decodeInstanceRecord(bytes: Bytes): InstanceRecord | null {
  return decode<Omit<InstanceRecord, 'unknown'>>(bytes, instanceRules);
}

export function encodeHealthRecord({ unknown, ...fields }: HealthRecord): Bytes {
  return encode(fields, unknown);
}

export function decodeHealthRecord(bytes: Bytes): HealthRecord | null {
  return decode<Omit<HealthRecord, 'unknown'>>(bytes, healthRules);
}

/** Fields that are `null` are left out: absent means the same. */
function encode(fields: object, unknown: Unknown): Bytes {
  const present = Object.entries({ ...unknown, ...fields }).filter(([, value]) => value !== null);
  return encodeUtf8(JSON.stringify({ format: FORMAT, ...Object.fromEntries(present) }));
}

function decode<Fields>(bytes: Bytes, rules: FieldRules<Fields>): (Fields & { readonly unknown: Unknown }) | null {
  const json = parseJson(bytes);
  if (!isObject(json)) return null;
  const { format, ...rest } = json;
  if (typeof format !== 'number' || format > FORMAT) return null;
  const { fields, unknown, problems } = tryFields(rest, rules);
  return problems.length === 0 ? { ...fields, unknown } : null;
}

function parseJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch {
    return null;
  }
}

// A record was checked when it was written. Here only types count: a bound that is tightened later must not
// make acknowledged registrations vanish.
const text: ValueKind<string> = { allowed: 'text', parse: (value) => (typeof value === 'string' ? value : undefined) };
const number: ValueKind<number> = { allowed: 'a number', parse: (value) => (typeof value === 'number' ? value : undefined) };

/** Wall clock, within what a date can show. */
const time: ValueKind<number> = {
  allowed: 'a time',
  parse: (value) => (Math.abs(number.parse(value) ?? NaN) <= 8.64e15 ? Number(value) : undefined),
};

/** Without halves of characters, which have no place in a key. */
function named<Name extends string>(): ValueKind<Name> {
  return textKind<Name>('a name', /^[^\p{Cs}]*$/u);
}

function objectKind<Fields>(rules: FieldRules<Fields>): ValueKind<Fields> {
  return {
    allowed: `an object with ${Object.keys(rules).join(', ')}`,
    parse(value) {
      if (!isObject(value)) return undefined;
      const { fields, problems } = tryFields(value, rules);
      return problems.length === 0 ? fields : undefined;
    },
  };
}

const check = objectKind<Check>({
  id: required(text),
  type: required(wordKind(['heartbeat'])),
  ttlMs: required(number),
  born: optional(wordKind(healths), 'passing'),
});

const verdict = objectKind<Verdict>({
  status: required(wordKind(healths)),
  reason: required(wordKind(verdictReasons)),
  sinceMs: required(time),
  output: optional(text, ''),
});

const instanceRules: FieldRules<Omit<InstanceRecord, 'unknown'>> = {
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
  checks: optional(listKind(check, Infinity), []),
  deregisterAfterMs: optional(number, null),
  origin: required(objectKind<Origin>({ face: required(text) })),
  incarnation: required(number),
  registeredAtMs: required(time),
};

const healthRules: FieldRules<Omit<HealthRecord, 'unknown'>> = {
  verdicts: required(tableKind(text, verdict, Infinity)),
  heldSinceMs: optional(time, null),
};
