/**
 * Records as bytes: JSON with a format version. A reader keeps the fields that it does not know, so that an older
 * program which rewrites a record loses nothing of a newer one's. What cannot be read answers `null`; whoever asked
 * skips it and counts it.
 */
import type { Bytes } from '../ports/store.js';
import { tryFields, type FieldRules } from '../catalog/fields.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';
import { isObject, textKind, type ValueKind } from '../catalog/value-kind.js';

/** The newest format that this program reads, and the one that it writes. */
export const FORMAT = 1;

export type Unknown = Readonly<Record<string, unknown>>;

/** Fields that are `null` are left out: absent means the same. */
export function encodeRecord(fields: object, unknown: Unknown): Bytes {
  const present = Object.entries({ ...unknown, ...fields }).filter(([, value]) => value !== null);
  return encodeUtf8(JSON.stringify({ format: FORMAT, ...Object.fromEntries(present) }));
}

export function decodeRecord<Fields>(bytes: Bytes, rules: FieldRules<Fields>): (Fields & { readonly unknown: Unknown }) | null {
  return readRecord(parseJson(bytes), rules);
}

export function readRecord<Fields>(json: unknown, rules: FieldRules<Fields>): (Fields & { readonly unknown: Unknown }) | null {
  if (!isObject(json)) return null;
  const { format, ...rest } = json;
  if (typeof format !== 'number' || format > FORMAT) return null;
  const { fields, unknown, problems } = tryFields(rest, rules);
  return problems.length === 0 ? { ...fields, unknown } : null;
}

/** `null` for what is none. */
export function parseJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch {
    return null;
  }
}

// A record was checked when it was written. Here only types count: a bound that is tightened later must not
// make acknowledged registrations vanish.
export const text: ValueKind<string> = { allowed: 'text', parse: (value) => (typeof value === 'string' ? value : undefined) };
export const number: ValueKind<number> = { allowed: 'a number', parse: (value) => (typeof value === 'number' ? value : undefined) };

/** The furthest that a date can show, in both directions. */
export const TIME_MS_MAX = 8.64e15;

/** Wall clock, within what a date can show. */
export const time: ValueKind<number> = {
  allowed: 'a time',
  parse: (value) => (Math.abs(number.parse(value) ?? NaN) <= TIME_MS_MAX ? Number(value) : undefined),
};

/** Without halves of characters, which have no place in a key. */
export function named<Name extends string>(): ValueKind<Name> {
  return textKind<Name>('a name', wholeCharacters);
}

export const wholeCharacters: RegExp = /^[^\p{Cs}]*$/u;

export function objectKind<Fields>(rules: FieldRules<Fields>): ValueKind<Fields> {
  return {
    allowed: `an object with ${Object.keys(rules).join(', ')}`,
    parse(value) {
      if (!isObject(value)) return undefined;
      const { fields, problems } = tryFields(value, rules);
      return problems.length === 0 ? fields : undefined;
    },
  };
}
