/**
 * Registrations from the log, many at once. A million of them are read when a node starts, so a page becomes one text,
 * parsed once, and the shape that this program writes is checked by hand. Whatever does not have that shape, and
 * every page of which anything cannot be read, goes the slow way, which is the one that decides.
 */
import type { Bytes } from '../ports/store.js';
import { FORMAT, parseJson, readRecord, TIME_MS_MAX, wholeCharacters } from './record-codec.js';
import { instanceRules, type InstanceRecord } from './records.js';
import type { Check } from './registration.js';
import { decodeUtf8 } from './utf8.js';
import { isObject } from './value-kind.js';

/** A registration as it was read: what is `null`, empty or usual may be missing. */
export type ReadInstance = Required<Pick<Plain, Always>> & {
  readonly [Field in Exclude<keyof Plain, Always | 'checks'>]?: Plain[Field];
} & { readonly checks?: readonly ReadCheck[] };

export type ReadCheck = Omit<Check, 'born'> & Partial<Pick<Check, 'born'>>;

type Plain = Omit<InstanceRecord, 'unknown'>;

type Always = 'namespace' | 'service' | 'id' | 'weight' | 'origin' | 'incarnation' | 'registeredAtMs';

/** What each of them holds; `null` for one that cannot be read. */
export function decodeInstanceRecords(values: readonly Bytes[]): readonly (ReadInstance | null)[] {
  const page = parsePage(values);
  return values.map((value, at) => (page === null ? readOne(parseJson(value)) : readOne(page[at])));
}

function readOne(json: unknown): ReadInstance | null {
  return isWellShaped(json) ? json : readRecord<Plain>(json, instanceRules);
}

const OPENING = 0x5b;
const COMMA = 0x2c;
const CLOSING = 0x5d;

/** `null` if that does not make as many objects: then they are looked at one by one. */
function parsePage(values: readonly Bytes[]): readonly unknown[] | null {
  let length = 1;
  for (const value of values) length += value.length + 1;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const value of values) {
    joined[at] = at === 0 ? OPENING : COMMA;
    joined.set(value, at + 1);
    at += value.length + 1;
  }
  joined[at] = CLOSING;
  try {
    const page = JSON.parse(decodeUtf8(joined)) as unknown[];
    // A broken record may borrow from its neighbours what it needs to look whole.
    return page.length === values.length && page.every(isObject) ? page : null;
  } catch {
    return null;
  }
}

/** As this program writes it. The law: whatever has this shape, the rules read just so. */
function isWellShaped(json: unknown): json is ReadInstance {
  if (!isObject(json) || json['format'] !== FORMAT) return false;
  const one = json as Partial<ReadInstance>;
  return (
    isName(one.namespace) &&
    isName(one.service) &&
    isName(one.id) &&
    typeof one.weight === 'number' &&
    typeof one.incarnation === 'number' &&
    isTime(one.registeredAtMs) &&
    isOrigin(one.origin) &&
    areOptionalsWell(one) &&
    fieldsIn(one) === ALWAYS_AND_FORMAT + optionalsIn(one)
  );
}

function areOptionalsWell({
  host,
  machine,
  zone,
  region,
  version,
  port,
  deregisterAfterMs,
  ports,
  metadata,
  tags,
  checks,
}: Partial<ReadInstance>): boolean {
  return (
    (host === undefined || isName(host)) &&
    (machine === undefined || isName(machine)) &&
    (zone === undefined || typeof zone === 'string') &&
    (region === undefined || typeof region === 'string') &&
    (version === undefined || typeof version === 'string') &&
    (port === undefined || typeof port === 'number') &&
    (deregisterAfterMs === undefined || typeof deregisterAfterMs === 'number') &&
    (ports === undefined || areValues(ports, 'number')) &&
    (metadata === undefined || areValues(metadata, 'string')) &&
    (tags === undefined || areTexts(tags)) &&
    (checks === undefined || areChecks(checks))
  );
}

/** The seven that are always there, and the format. */
const ALWAYS_AND_FORMAT = 8;

/** How many of the others are there. Counting both ways finds fields that nobody here knows, without looking any up. */
function optionalsIn({
  host,
  machine,
  zone,
  region,
  version,
  port,
  deregisterAfterMs,
  ports,
  metadata,
  tags,
  checks,
}: Partial<ReadInstance>): number {
  let count = 0;
  if (host !== undefined) count++;
  if (machine !== undefined) count++;
  if (zone !== undefined) count++;
  if (region !== undefined) count++;
  if (version !== undefined) count++;
  if (port !== undefined) count++;
  if (deregisterAfterMs !== undefined) count++;
  if (ports !== undefined) count++;
  if (metadata !== undefined) count++;
  if (tags !== undefined) count++;
  if (checks !== undefined) count++;
  return count;
}

function fieldsIn(object: object): number {
  let count = 0;
  for (const _ in object) count++;
  return count;
}

/** Plain letters are what nearly all names are made of, and quick to tell. */
function isName(value: unknown): boolean {
  return typeof value === 'string' && (plainText.test(value) || wholeCharacters.test(value));
}

const plainText = /^[ -~]*$/;

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= TIME_MS_MAX;
}

function areValues(table: unknown, type: 'number' | 'string'): boolean {
  if (!isObject(table)) return false;
  for (const name in table) if (typeof table[name] !== type) return false;
  return true;
}

function areTexts(list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  for (const one of list) if (typeof one !== 'string') return false;
  return true;
}

function areChecks(list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  for (const one of list) if (!isCheck(one)) return false;
  return true;
}

/** Only the usual one: whoever was born in another state goes the slow way. */
function isCheck(check: unknown): boolean {
  if (!isObject(check) || check['type'] !== 'heartbeat') return false;
  return typeof check['id'] === 'string' && typeof check['ttlMs'] === 'number' && fieldsIn(check) === CHECK_FIELDS;
}

const CHECK_FIELDS = 3;

function isOrigin(origin: unknown): boolean {
  return isObject(origin) && typeof origin['face'] === 'string' && fieldsIn(origin) === 1;
}
