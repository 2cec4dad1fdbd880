/**
 * Registrations from the log, many at once. A million of them are read when a node starts, so a page becomes one text,
 * parsed once, and the shape that this program writes is checked by hand. Whatever does not have that shape, or
 * a page of which anything cannot be read, goes the slow way, which is the one that decides.
 */
import type { Bytes } from '../ports/store.js';
import { FORMAT, nothingUnknown, parseJson, TIME_MS_MAX, wholeCharacters, readRecord } from './record-codec.js';
import { instanceRules, type InstanceRecord } from './records.js';
import { decodeUtf8 } from './utf8.js';
import { isObject } from './value-kind.js';

const OPENING = 0x5b;
const COMMA = 0x2c;
const CLOSING = 0x5d;

/** What each of them holds; `null` for one that cannot be read. */
export function decodeInstanceRecords(values: readonly Bytes[]): readonly (InstanceRecord | null)[] {
  const page = parsePage(values);
  return values.map((value, at) => (page === null ? decodeOne(parseJson(value)) : decodeOne(page[at])));
}

function decodeOne(json: unknown): InstanceRecord | null {
  return wellShaped(json) ?? readRecord<Omit<InstanceRecord, 'unknown'>>(json, instanceRules);
}

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

/** The record, if it is exactly as this program writes it; else `null`. The law: whatever it answers, the rules answer too. */
function wellShaped(json: unknown): InstanceRecord | null {
  if (!isObject(json) || json['format'] !== FORMAT || !hasOnlyKnown(json)) return null;
  const record = json as unknown as Written;
  if (!isName(record.namespace) || !isName(record.service) || !isName(record.id)) return null;
  if (!isNameOrAbsent(record.host) || !isNameOrAbsent(record.machine)) return null;
  if (!isTextOrAbsent(record.zone) || !isTextOrAbsent(record.region) || !isTextOrAbsent(record.version)) return null;
  if (!isNumberOrAbsent(record.port) || !isNumberOrAbsent(record.deregisterAfterMs)) return null;
  if (typeof record.weight !== 'number' || typeof record.incarnation !== 'number' || !isTime(record.registeredAtMs)) return null;
  if (!areValues(record.ports, 'number') || !areValues(record.metadata, 'string') || !areTexts(record.tags)) return null;
  if (!areChecks(record.checks) || !isObject(record.origin) || typeof record.origin.face !== 'string') return null;
  return {
    namespace: record.namespace,
    service: record.service,
    id: record.id,
    host: record.host ?? null,
    port: record.port ?? null,
    ports: record.ports,
    tags: record.tags,
    metadata: record.metadata,
    weight: record.weight,
    zone: record.zone ?? null,
    region: record.region ?? null,
    version: record.version ?? null,
    machine: record.machine ?? null,
    checks: record.checks,
    deregisterAfterMs: record.deregisterAfterMs ?? null,
    origin: hasOneField(record.origin) ? record.origin : { face: record.origin.face },
    incarnation: record.incarnation,
    registeredAtMs: record.registeredAtMs,
    unknown: nothingUnknown,
  };
}

/** What is `null` in a record is absent in the log. */
type Written = { readonly [Field in keyof InstanceRecord]: InstanceRecord[Field] };

const knownFields: ReadonlySet<string> = new Set(['format', ...Object.keys(instanceRules)]);

function hasOnlyKnown(json: object): boolean {
  for (const name in json) if (!knownFields.has(name)) return false;
  return true;
}

/** Plain letters are what nearly all names are made of, and quick to tell. */
function isName(value: unknown): boolean {
  return typeof value === 'string' && (/^[ -~]*$/.test(value) || wholeCharacters.test(value));
}

function isNameOrAbsent(value: unknown): boolean {
  return value === undefined || isName(value);
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isNumberOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'number';
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= TIME_MS_MAX;
}

function areValues(table: unknown, type: 'number' | 'string'): boolean {
  if (!isObject(table)) return false;
  for (const name in table) if (typeof table[name] !== type) return false;
  return true;
}

function areTexts(list: unknown): boolean {
  return Array.isArray(list) && list.every((one) => typeof one === 'string');
}

function areChecks(list: unknown): boolean {
  return Array.isArray(list) && list.every(isCheck);
}

const CHECK_FIELDS = 4;

function isCheck(check: unknown): boolean {
  if (!isObject(check) || check['type'] !== 'heartbeat' || check['born'] !== 'passing') return false;
  return typeof check['id'] === 'string' && typeof check['ttlMs'] === 'number' && Object.keys(check).length === CHECK_FIELDS;
}

function hasOneField(origin: object): boolean {
  return Object.keys(origin).length === 1;
}
