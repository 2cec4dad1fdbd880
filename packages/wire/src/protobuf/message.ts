/**
 * Messages as data: a message is a plain object and the list of its fields, and from that list follow both directions of
 * its codec, and whoever else walks it (a JSON gateway). A field that the type has and the list has not does not compile.
 *
 *     interface Point { readonly x: number; readonly name: string }
 *     const point: Message<Point> = message('example.Point', { x: int64(1), name: text(2) });
 *     point.decode(point.encode({ x: 3, name: 'there' }));
 */
import { ProtoReader } from './reader.js';
import { ProtoWriter } from './writer.js';

export type FieldKind = 'bytes' | 'text' | 'int64' | 'uint32' | 'id' | 'uint64' | 'bool' | 'enum' | 'message';

export interface Field<Value> {
  readonly number: number;
  readonly kind: FieldKind;
  /** `one`: there is always one, if only the empty one. `optional`: a message, or `null`. */
  readonly label: 'one' | 'optional' | 'list';
  /** What a message without the field has. */
  readonly empty: Value;
  /** As the protocol's own definition spells it, where that is not the name here in snake case. */
  readonly spelled?: string;
  /** Of an enum: the names of its values, from 0 on. */
  readonly names?: readonly string[];
  /** Of a message. */
  readonly of?: Message<never>;
}

export type Fields<Value> = { readonly [Name in keyof Value]-?: Field<Value[Name]> };

export interface Message<Value> {
  /** With its package: `etcdserverpb.PutRequest`. */
  readonly name: string;
  readonly fields: Fields<Value>;
  /** The message of no bytes at all. */
  readonly empty: Value;
  /** Bytes within the answer are views of those that were given. Throws a `RangeError` for what is no such message. */
  decode(bytes: Uint8Array): Value;
  encode(value: Value): Uint8Array;
  read(reader: ProtoReader): Value;
  write(value: Value, writer: ProtoWriter): void;
}

/** A message without fields: a question that says nothing. */
export type Nothing = Readonly<Record<string, never>>;

/** The name of a value that is not in the list of an enum: written by somebody newer, or nonsense. */
export const UNKNOWN = 'UNKNOWN';

const NO_BYTES: Uint8Array = new Uint8Array(0);
/** Never handed to anybody who could change it: a list that is read is made anew. */
const NO_LIST: readonly never[] = Object.freeze([]);

type Options = Pick<Field<unknown>, 'spelled'>;

function field<Value>(number: number, kind: FieldKind, empty: Value, options: Partial<Field<Value>> = {}): Field<Value> {
  return { number, kind, label: 'one', empty, ...options };
}

export const bytes = (number: number, options?: Options): Field<Uint8Array> => field(number, 'bytes', NO_BYTES, options);
export const text = (number: number, options?: Options): Field<string> => field(number, 'text', '', options);
export const bool = (number: number, options?: Options): Field<boolean> => field(number, 'bool', false, options);
/** A number that is known to be a safe one: revisions, counts, seconds. */
export const int64 = (number: number, options?: Options): Field<number> => field(number, 'int64', 0, options);
export const uint32 = (number: number, options?: Options): Field<number> => field(number, 'uint32', 0, options);
/** An int64 that may have all of its bits: the id of a lease. */
export const id = (number: number, options?: Options): Field<bigint> => field(number, 'id', 0n, options);
export const uint64 = (number: number, options?: Options): Field<bigint> => field(number, 'uint64', 0n, options);

export function choice<Name extends string>(
  number: number,
  names: readonly [Name, ...Name[]],
  options?: Options,
): Field<Name | typeof UNKNOWN> {
  return field<Name | typeof UNKNOWN>(number, 'enum', names[0], { names, ...options });
}

/** Written also where it is empty. */
export function one<Value>(number: number, of: Message<Value>, options?: Options): Field<Value> {
  return field(number, 'message', of.empty, { of: of as Message<never>, ...options });
}

/** `null` where it is left out; in a `oneof`, where another one was chosen. */
export function optional<Value>(number: number, of: Message<Value>, options?: Options): Field<Value | null> {
  return field<Value | null>(number, 'message', null, { of: of as Message<never>, label: 'optional', ...options });
}

export function list<Value>(number: number, of: Message<Value>, options?: Options): Field<readonly Value[]> {
  return field<readonly Value[]>(number, 'message', NO_LIST, { of: of as Message<never>, label: 'list', ...options });
}

/** Of anything but messages. */
export function listOf<Value>(element: Field<Value>): Field<readonly Value[]> {
  const { number, kind, names = null, spelled = null } = element;
  return field<readonly Value[]>(number, kind, NO_LIST, {
    label: 'list',
    ...(names === null ? {} : { names }),
    ...(spelled === null ? {} : { spelled }),
  });
}

/** As messages within themselves are described: `fields` is called when the first one is read or written. */
export function message<Value extends object>(name: string, fields: Fields<Value> | (() => Fields<Value>)): Message<Value> {
  return new FieldMessage<Value>(name, fields);
}

/** The same message, written by hand where that is worth it: the same fields, in any order. */
export function writtenBy<Value extends object>(message: Message<Value>, write: Message<Value>['write']): Message<Value> {
  const encode = (value: Value): Uint8Array => {
    const writer = new ProtoWriter();
    write(value, writer);
    return writer.finish();
  };
  const { name, fields } = message;
  return {
    name,
    fields,
    empty: message.empty,
    decode: (bytes) => message.decode(bytes),
    read: (reader) => message.read(reader),
    encode,
    write,
  };
}

type Named = Field<unknown> & { readonly name: string };
type Plain = Record<string, unknown>;

/** What a message is read and written by: found out once, when it is first needed. */
interface Parts<Value> {
  readonly list: readonly Named[];
  readonly byNumber: readonly (Named | undefined)[];
  readonly empty: Value;
}

class FieldMessage<Value extends object> implements Message<Value> {
  readonly name: string;
  readonly #describe: Fields<Value> | (() => Fields<Value>);
  #known: Parts<Value> | null = null;

  constructor(name: string, describe: Fields<Value> | (() => Fields<Value>)) {
    this.name = name;
    this.#describe = describe;
  }

  get fields(): Fields<Value> {
    return typeof this.#describe === 'function' ? this.#describe() : this.#describe;
  }

  get empty(): Value {
    return this.#parts.empty;
  }

  decode(bytes: Uint8Array): Value {
    return this.read(new ProtoReader(bytes));
  }

  encode(value: Value): Uint8Array {
    const writer = new ProtoWriter();
    this.write(value, writer);
    return writer.finish();
  }

  read(reader: ProtoReader): Value {
    const { byNumber, empty } = this.#parts;
    const value = { ...empty } as Plain;
    for (let number = reader.next(); number !== 0; number = reader.next()) {
      const known = byNumber[number];
      // A field that is not in the list was written by somebody newer: what it says is not asked for here.
      if (known === undefined) reader.skip();
      else if (known.label === 'list') value[known.name] = readMore(known, value[known.name] as unknown[], reader);
      else value[known.name] = readValue(known, reader);
    }
    return value as Value;
  }

  write(value: Value, writer: ProtoWriter): void {
    for (const known of this.#parts.list) {
      const part = (value as Plain)[known.name];
      if (known.label !== 'list') writeValue(known, part, writer, false);
      else for (const element of part as readonly unknown[]) writeValue(known, element, writer, true);
    }
  }

  get #parts(): Parts<Value> {
    return (this.#known ??= partsOf(this.fields));
  }
}

function partsOf<Value extends object>(fields: Fields<Value>): Parts<Value> {
  const named = Object.entries(fields as Readonly<Record<string, Field<unknown>>>).map(([name, one]): Named => ({ ...one, name }));
  const byNumber: (Named | undefined)[] = [];
  for (const known of named) byNumber[known.number] = known;
  const empty = Object.freeze(Object.fromEntries(named.map(({ name, empty }) => [name, empty]))) as Value;
  return { list: named.toSorted((a, b) => a.number - b.number), byNumber, empty };
}

function readValue({ kind, names = [], of }: Named, reader: ProtoReader): unknown {
  switch (kind) {
    case 'bytes':
      return reader.bytes();
    case 'text':
      return reader.text();
    case 'int64':
    case 'uint32':
      return reader.number();
    case 'id':
      return BigInt.asIntN(64, reader.bigint());
    case 'uint64':
      return reader.bigint();
    case 'bool':
      return reader.bool();
    case 'enum':
      return names[reader.number()] ?? UNKNOWN;
    case 'message':
      return reader.message((inner) => (of as Message<unknown>).read(inner));
  }
}

/** Numbers of a list may come one by one, or packed. */
function readMore(known: Named, before: unknown[], reader: ProtoReader): readonly unknown[] {
  const elements = before.length === 0 ? [] : before;
  const isPackable = known.kind !== 'bytes' && known.kind !== 'text' && known.kind !== 'message';
  const packed = isPackable ? reader.packed() : null;
  if (packed === null) elements.push(readValue(known, reader));
  else while (packed.isInside) elements.push(readValue(known, packed));
  return elements;
}

/** `chosen`: written whatever it is. */
function writeValue({ number, kind, label, names = [], of }: Named, value: unknown, writer: ProtoWriter, chosen: boolean): void {
  switch (kind) {
    case 'bytes':
      if (chosen || (value as Uint8Array).length > 0) writer.chosenBytes(number, value as Uint8Array);
      return;
    case 'text':
      if (chosen || value !== '') writer.chosenText(number, value as string);
      return;
    case 'int64':
    case 'uint32':
      if (chosen || value !== 0) writer.chosenNumber(number, value as number);
      return;
    case 'id':
    case 'uint64':
      if (chosen || value !== 0n) writer.chosenBigint(number, value as bigint);
      return;
    case 'bool':
      if (chosen || value === true) writer.chosenNumber(number, value === true ? 1 : 0);
      return;
    case 'enum': {
      const at = Math.max(0, names.indexOf(value as string));
      if (chosen || at > 0) writer.chosenNumber(number, at);
      return;
    }
    case 'message':
      if (label !== 'optional' || value !== null) writer.message(number, (inner) => (of as Message<unknown>).write(value, inner));
  }
}
