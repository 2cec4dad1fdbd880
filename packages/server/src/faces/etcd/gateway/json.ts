/**
 * Messages as JSON, as etcd's gateway has them: names as its definitions spell them, bytes in base64, 64-bit numbers as text,
 * and nothing that is empty. Coming in, names may also be in camel case, and numbers numbers.
 */
import { UNKNOWN, type Field, type Message } from '@rollcall/wire';
import { GrpcFailure } from '../../../shared/grpc-face.js';

type Named = Field<unknown> & { readonly name: string; readonly spelled: string };
type JsonObject = Readonly<Record<string, unknown>>;

/** As deep as a message may be over gRPC, and for the same reason. */
const DEPTH_MAX = 100;

export function toJson(message: Message<unknown>, value: unknown): JsonObject {
  const json: Record<string, unknown> = {};
  for (const field of fieldsOf(message)) {
    const shown = fieldToJson(field, (value as JsonObject)[field.name]);
    if (shown !== undefined) json[field.spelled] = shown;
  }
  return json;
}

/** Throws a `GrpcFailure` that says what is wrong. Fields that nobody knows are as if they were not there. */
export function fromJson(message: Message<unknown>, json: unknown, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw wrong(`messages within messages, more than ${DEPTH_MAX} deep`);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong(`${message.name} is an object`);
  const given = json as JsonObject;
  const value: Record<string, unknown> = { ...(message.empty as JsonObject) };
  for (const field of fieldsOf(message)) {
    const text = given[field.spelled] ?? given[camelCase(field.spelled)];
    if (text === undefined || text === null) continue;
    if (field.label !== 'list') value[field.name] = valueFromJson(field, text, depth);
    else if (Array.isArray(text)) value[field.name] = text.map((one: unknown) => valueFromJson(field, one, depth));
    else throw wrong(`${field.spelled} is a list`);
  }
  return value;
}

const known = new WeakMap<object, readonly Named[]>();

function fieldsOf(message: Message<unknown>): readonly Named[] {
  const before = known.get(message);
  if (before !== undefined) return before;
  const fields = Object.entries(message.fields as Readonly<Record<string, Field<unknown>>>).map(([name, field]) => ({
    ...field,
    name,
    spelled: field.spelled ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  }));
  known.set(message, fields);
  return fields;
}

function camelCase(spelled: string): string {
  return spelled.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `undefined`: it is empty, and left out. */
function fieldToJson(field: Named, value: unknown): unknown {
  if (field.label !== 'list') return value === null ? undefined : valueToJson(field, value, field.label === 'optional');
  const list = value as readonly unknown[];
  return list.length === 0 ? undefined : list.map((one) => valueToJson(field, one, true));
}

function valueToJson({ kind, names = [], of }: Field<unknown>, value: unknown, always: boolean): unknown {
  switch (kind) {
    case 'bytes': {
      const bytes = value as Uint8Array;
      if (bytes.length === 0 && !always) return undefined;
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    }
    case 'text':
      return value === '' && !always ? undefined : value;
    case 'int64':
    case 'id':
    case 'uint64':
      return Number(value) === 0 && !always ? undefined : String(value);
    case 'uint32':
      return value === 0 && !always ? undefined : value;
    case 'bool':
      return value === false && !always ? undefined : value;
    case 'enum':
      return value === names[0] && !always ? undefined : value;
    case 'message':
      return toJson(of as Message<unknown>, value);
  }
}

function valueFromJson(field: Named, json: unknown, depth: number): unknown {
  const { kind, names = [], of, spelled } = field;
  switch (kind) {
    case 'bytes':
      return bytesIn(spelled, json);
    case 'text':
      if (typeof json !== 'string') throw wrong(`${spelled} is a text`);
      return json;
    case 'int64':
    case 'uint32':
      return Number(integerIn(spelled, json));
    case 'id':
      return BigInt.asIntN(64, integerIn(spelled, json));
    case 'uint64':
      return BigInt.asUintN(64, integerIn(spelled, json));
    case 'bool':
      if (typeof json !== 'boolean') throw wrong(`${spelled} is true or false`);
      return json;
    case 'enum':
      if (typeof json === 'number') return names[json] ?? UNKNOWN;
      if (typeof json !== 'string' || !names.includes(json)) throw wrong(`${spelled} is one of ${names.join(', ')}`);
      return json;
    case 'message':
      return fromJson(of as Message<unknown>, json, depth + 1);
  }
}

function integerIn(spelled: string, json: unknown): bigint {
  if (typeof json === 'number' && Number.isInteger(json)) return BigInt(json);
  if (typeof json === 'string' && /^-?\d{1,20}$/.test(json)) return BigInt(json);
  throw wrong(`${spelled} is a whole number, or one as a text`);
}

/** In either alphabet, with padding or without. */
function bytesIn(spelled: string, json: unknown): Uint8Array {
  if (typeof json !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(json)) throw wrong(`${spelled} is bytes in base64`);
  return Buffer.from(json, 'base64');
}

function wrong(what: string): GrpcFailure {
  return new GrpcFailure('INVALID_ARGUMENT', `rollcall: ${what}`);
}
