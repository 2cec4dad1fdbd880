/**
 * What the log holds under `/rollcall/consul/`, as bytes: JSON with a format version, and behind the JSON of a key its value as
 * it came. What cannot be read answers `null` and is skipped.
 */
import { isObject, optional, required, tryFields, type Bytes, type FieldRules, type ValueKind } from '@rollcall/core';

/** The newest format that this program reads, and the one that it writes. */
const FORMAT = 1;

export interface KvRecord {
  readonly value: Bytes;
  /** 64 bits, and each of them counts: clients tell their locks by it. */
  readonly flags: bigint;
  /** How often it was locked. */
  readonly lockIndex: number;
  /** Who holds it. */
  readonly session: string | null;
}

export type Behavior = 'release' | 'delete';

/** What is said when a session begins. Its id stands in its key. */
export interface SessionRecord {
  readonly name: string;
  /** The machine that it lives and dies with. */
  readonly node: string;
  readonly nodeChecks: readonly string[];
  /** Ids of checks, as Consul has them. */
  readonly serviceChecks: readonly string[];
  readonly lockDelayMs: number;
  readonly behavior: Behavior;
  /** As it was said, which is how it is shown; empty for none. */
  readonly ttl: string;
}

export interface EventRecord {
  readonly id: string;
  readonly name: string;
  /** Base64; empty for none. */
  readonly payload: string;
  readonly nodeFilter: string;
  readonly serviceFilter: string;
  readonly tagFilter: string;
}

/** What a machine says of where it stands among the others. */
export interface CoordinateRecord {
  readonly node: string;
  readonly segment: string;
  readonly vec: readonly number[];
  readonly error: number;
  readonly adjustment: number;
  readonly height: number;
}

const NEWLINE = 0x0a;

/** A line of JSON, and what is behind it. */
export function encodeKv({ value, flags, lockIndex, session }: KvRecord): Bytes {
  const head = {
    format: FORMAT,
    ...(flags === 0n ? {} : { flags: flags.toString() }),
    ...(lockIndex === 0 ? {} : { lockIndex }),
    ...(session === null ? {} : { session }),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), value]);
}

export function decodeKv(bytes: Bytes): KvRecord | null {
  const end = bytes.indexOf(NEWLINE);
  const head = end < 0 ? null : readJson(bytes.subarray(0, end), kvRules);
  return head && { value: bytes.subarray(end + 1), flags: BigInt(head.flags), lockIndex: head.lockIndex, session: head.session };
}

export function encodeJson(record: object): Bytes {
  return Buffer.from(JSON.stringify({ format: FORMAT, ...record }));
}

export function decodeSession(bytes: Bytes): SessionRecord | null {
  return readJson(bytes, sessionRules);
}

export function decodeEvent(bytes: Bytes): EventRecord | null {
  return readJson(bytes, eventRules);
}

export function decodeCoordinate(bytes: Bytes): CoordinateRecord | null {
  return readJson(bytes, coordinateRules);
}

/** As `encodeJson` wrote it; `null` for what is newer, or none. */
export function readAny(bytes: Bytes): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isObject(json) && typeof json['format'] === 'number' && json['format'] <= FORMAT ? json : null;
  } catch {
    return null;
  }
}

function readJson<Fields>(bytes: Bytes, rules: FieldRules<Fields>): Fields | null {
  const json = readAny(bytes);
  if (json === null) return null;
  const { fields, problems } = tryFields(json, rules);
  return problems.length === 0 ? fields : null;
}

const text: ValueKind<string> = { allowed: 'text', parse: (value) => (typeof value === 'string' ? value : undefined) };
const number: ValueKind<number> = { allowed: 'a number', parse: (value) => (typeof value === 'number' ? value : undefined) };
const digits: ValueKind<string> = {
  allowed: 'a whole number as text',
  parse: (value) => (typeof value === 'string' && /^\d{1,20}$/.test(value) ? value : undefined),
};
const behavior: ValueKind<Behavior> = {
  allowed: 'release or delete',
  parse: (value) => (value === 'release' || value === 'delete' ? value : undefined),
};

function listOf<Item>(item: ValueKind<Item>): ValueKind<readonly Item[]> {
  return {
    allowed: `a list, each ${item.allowed}`,
    parse: (value) => (Array.isArray(value) && value.every((one) => item.parse(one) !== undefined) ? (value as Item[]) : undefined),
  };
}

const kvRules: FieldRules<{ readonly flags: string; readonly lockIndex: number; readonly session: string | null }> = {
  flags: optional(digits, '0'),
  lockIndex: optional(number, 0),
  session: optional(text, null),
};

const sessionRules: FieldRules<SessionRecord> = {
  name: optional(text, ''),
  node: required(text),
  nodeChecks: optional(listOf(text), []),
  serviceChecks: optional(listOf(text), []),
  lockDelayMs: required(number),
  behavior: required(behavior),
  ttl: optional(text, ''),
};

const eventRules: FieldRules<EventRecord> = {
  id: required(text),
  name: required(text),
  payload: optional(text, ''),
  nodeFilter: optional(text, ''),
  serviceFilter: optional(text, ''),
  tagFilter: optional(text, ''),
};

const coordinateRules: FieldRules<CoordinateRecord> = {
  node: required(text),
  segment: optional(text, ''),
  vec: required(listOf(number)),
  error: required(number),
  adjustment: required(number),
  height: required(number),
};
