/**
 * The shape of a registration in the log, checked by hand. A million of them are read when a node starts; what does not
 * have the shape that this program writes is read by the table of rules, which is the one that decides.
 */
import type { Bytes } from '../ports/store.js';
import { FORMAT, parseJson, TIME_MS_MAX, wholeCharacters, type Unknown } from './record-codec.js';
import { takeWritten } from './just-written.js';
import { instanceRecordIn, type InstanceRecord } from './records.js';
import type { Check, Kept } from '../catalog/registration.js';
import { isObject } from '../catalog/value-kind.js';

/** What tells an instance from its neighbours. Written first, so that it can be told apart from the rest. */
export interface OwnPart
  extends Pick<Plain, 'id' | 'incarnation' | 'registeredAtMs'>, Partial<Pick<Plain, 'host' | 'port' | 'machine' | 'metadata'>> {
  readonly kept?: Kept;
}

/** What the instances of a service mostly have in common. What is `null`, empty or usual may be missing. */
export interface CommonPart
  extends
    Pick<Plain, 'namespace' | 'service' | 'weight' | 'origin'>,
    Partial<Pick<Plain, 'ports' | 'tags' | 'zone' | 'region' | 'version' | 'deregisterAfterMs'>> {
  readonly checks?: readonly ReadCheck[];
}

/** `unknown`: what is left over, where the rules were asked. */
export type ReadInstance = (OwnPart & CommonPart & { readonly unknown?: Unknown }) | InstanceRecord;

export type ReadCheck = BornMaybe<Check>;

type BornMaybe<One extends Check> = One extends Check ? Omit<One, 'born'> & Partial<Pick<One, 'born'>> : never;

type Plain = Omit<InstanceRecord, 'unknown'>;

/** `null` for one that cannot be read. */
export function decodeInstance(value: Bytes): ReadInstance | null {
  return takeWritten(value) ?? readInstance(parseJson(value));
}

/** As it stands in the log, or as it was there before it was written. */
export function keptIn(read: OwnPart & Partial<Pick<CommonPart, 'origin'>>): Kept | undefined {
  return read.kept ?? read.origin?.kept;
}

/** No field of it was left over. */
export function isWhollyRead({ unknown }: ReadInstance): boolean {
  for (const _ in unknown) return false;
  return true;
}

function readInstance(json: unknown): ReadInstance | null {
  return isWhole(json) ? json : instanceRecordIn(json);
}

/** The law: whatever has this shape, the rules read just so. */
function isWhole(json: unknown): json is ReadInstance {
  return isObject(json) && isOwn(json) && isCommon(json) && fieldsIn(json) === ownFieldsIn(json) + commonFieldsIn(json);
}

/** Exactly the common part. */
export function isCommonPart(json: unknown): json is CommonPart {
  return isObject(json) && isCommon(json) && fieldsIn(json) === commonFieldsIn(json);
}

type Json = Readonly<Record<string, unknown>>;

function isOwn({ format, id, host, port, machine, metadata, kept, incarnation, registeredAtMs }: Json): boolean {
  return (
    format === FORMAT &&
    isName(id) &&
    typeof incarnation === 'number' &&
    isTime(registeredAtMs) &&
    (host === undefined || isName(host)) &&
    (port === undefined || typeof port === 'number') &&
    (machine === undefined || isName(machine)) &&
    (metadata === undefined || areTexts(metadata)) &&
    (kept === undefined || areTexts(kept))
  );
}

function isCommon({ namespace, service, weight, origin, ports, tags, zone, region, version, checks, deregisterAfterMs }: Json): boolean {
  return (
    isName(namespace) &&
    isName(service) &&
    typeof weight === 'number' &&
    isOrigin(origin) &&
    (ports === undefined || areNumbers(ports)) &&
    (tags === undefined || isListOfTexts(tags)) &&
    (zone === undefined || typeof zone === 'string') &&
    (region === undefined || typeof region === 'string') &&
    (version === undefined || typeof version === 'string') &&
    (checks === undefined || areChecks(checks)) &&
    (deregisterAfterMs === undefined || typeof deregisterAfterMs === 'number')
  );
}

/** Format, id, incarnation and time are always there. Counting finds fields that nobody here knows, without looking any up. */
function ownFieldsIn({ host, port, machine, metadata, kept }: Json): number {
  return 4 + +(host !== undefined) + +(port !== undefined) + +(machine !== undefined) + +(metadata !== undefined) + +(kept !== undefined);
}

/** Namespace, service, weight and origin are always there. */
function commonFieldsIn({ ports, tags, zone, region, version, checks, deregisterAfterMs }: Json): number {
  const places = +(zone !== undefined) + +(region !== undefined) + +(version !== undefined);
  return 4 + places + +(ports !== undefined) + +(tags !== undefined) + +(checks !== undefined) + +(deregisterAfterMs !== undefined);
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

export function areTexts(table: unknown): table is Readonly<Record<string, string>> {
  if (!isObject(table)) return false;
  for (const name in table) if (typeof table[name] !== 'string') return false;
  return true;
}

function areNumbers(table: unknown): boolean {
  if (!isObject(table)) return false;
  for (const name in table) if (typeof table[name] !== 'number') return false;
  return true;
}

function isListOfTexts(list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  for (const one of list) if (typeof one !== 'string') return false;
  return true;
}

function areChecks(list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  for (const one of list) if (!isCheck(one)) return false;
  return true;
}

/** Only the usual one: what is probed, and whoever was born in another state, is read by the rules. */
function isCheck(check: unknown): boolean {
  if (!isObject(check) || check['type'] !== 'heartbeat') return false;
  return typeof check['id'] === 'string' && typeof check['ttlMs'] === 'number' && fieldsIn(check) === CHECK_FIELDS;
}

const CHECK_FIELDS = 3;

function isOrigin(origin: unknown): boolean {
  return isObject(origin) && typeof origin['face'] === 'string' && fieldsIn(origin) === 1;
}
