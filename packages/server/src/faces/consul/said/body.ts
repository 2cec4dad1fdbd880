/**
 * What a body says, read as Go reads JSON into its structures: names without regard to case, `null` as if nothing was said, durations
 * as text or as nanoseconds. Where Consul takes other spellings too (`service_id`), so does this; where it refuses a name that
 * it does not know, this does.
 */
import { isObject } from '@rollcall/core';
import { parseJsonBody } from '../../../shared/json-body.js';
import { parseGoDuration } from '../go-duration.js';
import { ConsulRefusal } from '../refusal.js';

/** Reads a value that is not `null`. `field`: what it is called in a refusal. */
export type GoKind<Value> = (value: unknown, field: string) => Value;

/** `undefined`: it was not said. */
export type Said<Fields> = { readonly [Name in keyof Fields]: Fields[Name] | undefined };

export type GoFields<Fields> = { readonly [Name in keyof Fields]: GoKind<Fields[Name]> };

/** `refused` for what Consul decodes strictly, `ignored` for what it takes in every spelling. */
export type Unknown = 'ignored' | 'refused';

/** The body of a call. Throws what Consul answers to one that is no such thing. */
export function readBody<Value>(body: Buffer, kind: GoKind<Value>): Value {
  let value: unknown;
  try {
    value = parseJsonBody(body.toString('utf8'));
  } catch (error) {
    throw new ConsulRefusal(400, `Request decode failed: ${(error as Error).message}`, [], { cause: error });
  }
  return kind(value ?? {}, 'body');
}

export function goStruct<Fields>(fields: GoFields<Fields>, unknown: Unknown): GoKind<Said<Fields>> {
  const names = Object.keys(fields) as (keyof Fields & string)[];
  const known = new Map(names.map((name) => [folded(name, unknown), name]));
  return (value, field) => {
    if (!isObject(value)) throw mismatch(value, field, 'an object');
    const said: { [Name in keyof Fields]?: Fields[Name] } = {};
    for (const [name, part] of Object.entries(value)) {
      const own = known.get(folded(name, unknown));
      if (own === undefined && unknown === 'refused') throw new ConsulRefusal(400, `Request decode failed: json: unknown field "${name}"`);
      if (own !== undefined && part !== null) said[own] = fields[own](part, `${field}.${own}`);
    }
    return said as Said<Fields>;
  };
}

/** `ServiceID`, `serviceid` and, where that is taken, `service_id` are the same. */
function folded(name: string, unknown: Unknown): string {
  return (unknown === 'ignored' ? name.replaceAll('_', '') : name).toLowerCase();
}

export const goText: GoKind<string> = (value, field) => {
  if (typeof value === 'string') return value;
  throw mismatch(value, field, 'a string');
};

export const goTruth: GoKind<boolean> = (value, field) => {
  if (typeof value === 'boolean') return value;
  throw mismatch(value, field, 'a bool');
};

export const goWhole: GoKind<number> = (value, field) => {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw mismatch(value, field, 'an int');
};

/** In milliseconds: text as Go has it, or a number of nanoseconds. */
export const goDuration: GoKind<number> = (value, field) => {
  if (typeof value === 'number') return value / 1e6;
  const ms = typeof value === 'string' ? (value === '' ? 0 : parseGoDuration(value)) : undefined;
  if (ms !== undefined) return ms;
  throw new ConsulRefusal(400, `Request decode failed: ${field}: time: invalid duration ${JSON.stringify(value)}`);
};

/** As it is, to be kept. */
export const goAnything: GoKind<unknown> = (value) => value;

export const goObject: GoKind<Readonly<Record<string, unknown>>> = (value, field) => {
  if (isObject(value)) return value;
  throw mismatch(value, field, 'an object');
};

export function goList<Value>(kind: GoKind<Value>): GoKind<readonly Value[]> {
  return (value, field) => {
    if (!Array.isArray(value)) throw mismatch(value, field, 'a list');
    return value.filter((part) => part !== null).map((part, at) => kind(part, `${field}[${at}]`));
  };
}

/** By any names: nothing is folded. */
export function goTable<Value>(kind: GoKind<Value>): GoKind<Readonly<Record<string, Value>>> {
  return (value, field) => {
    if (!isObject(value)) throw mismatch(value, field, 'an object');
    const parts = Object.entries(value).filter(([, part]) => part !== null);
    return Object.fromEntries(parts.map(([name, part]) => [name, kind(part, `${field}.${name}`)]));
  };
}

function mismatch(value: unknown, field: string, wanted: string): ConsulRefusal {
  const came = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
  return new ConsulRefusal(400, `Request decode failed: json: cannot unmarshal ${came} into ${field}, which is ${wanted}`);
}
