/** A node as a record of the log, at `/rollcall/nodes/<name>`: what it says of itself to the others. It hangs on the node's lease. */
import { optional, required, tryFields, type FieldRules } from '../catalog/fields.js';
import { number, objectKind, parseJson, text, time, type Unknown } from '../records/record-codec.js';
import { encodeUtf8 } from '../records/utf8.js';
import { isObject, type ValueKind } from '../catalog/value-kind.js';
import type { Bytes } from '../ports/store.js';
import { NodeName } from './node-name.js';

/** Both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

export interface NodeFields {
  readonly name: NodeName;
  /** Random, and made anew by each process: two of one name are told apart by it. */
  readonly id: string;
  /** Where its peer door is, `host:port`; `null` for one without. */
  readonly peer: string | null;
  /** Where its HTTP door is; `null` for one without. */
  readonly http: string | null;
  /** Of the program, for people. */
  readonly version: string;
  /** What the peer door speaks. */
  readonly protocol: VersionRange;
  /** The formats of records that this program reads. */
  readonly records: VersionRange;
  /** Wall clock. */
  readonly startedMs: number;
  /** It stops soon, and has no duty any more. */
  readonly leaving: boolean;
  /** What it had heard for others is handed over: with its key nothing is lost. */
  readonly handedOver: boolean;
}

export interface NodeRecord extends NodeFields {
  readonly unknown: Unknown;
}

/**
 * Of this record alone. It stands still where other records move on: by what stands in here nodes find out which formats
 * the others can read.
 */
const FORMAT = 1;

export function encodeNodeRecord({ unknown, ...fields }: NodeRecord): Bytes {
  return encodeUtf8(JSON.stringify({ ...unknown, format: FORMAT, ...fields }));
}

/** `null` for what this program cannot read: a node that is there all the same. */
export function decodeNodeRecord(bytes: Bytes): NodeRecord | null {
  const json = parseJson(bytes);
  if (!isObject(json)) return null;
  const { format, ...rest } = json;
  if (typeof format !== 'number' || format > FORMAT) return null;
  const { fields, unknown, problems } = tryFields(rest, rules);
  return problems.length === 0 ? { ...fields, unknown } : null;
}

const range: ValueKind<VersionRange> = objectKind<VersionRange>({ min: required(number), max: required(number) });

const yesOrNo: ValueKind<boolean> = {
  allowed: 'true or false',
  parse: (value) => (typeof value === 'boolean' ? value : undefined),
};

const rules: FieldRules<NodeFields> = {
  name: required(NodeName),
  id: required(text),
  peer: optional(text, null),
  http: optional(text, null),
  version: required(text),
  protocol: required(range),
  records: required(range),
  startedMs: required(time),
  leaving: optional(yesOrNo, false),
  handedOver: optional(yesOrNo, false),
};
