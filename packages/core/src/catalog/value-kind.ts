/**
 * Kinds of values: what is allowed, in words, and the parser that holds to it, side by side so that no error
 * message can promise something else than what the code accepts.
 */
export interface ValueKind<Value> {
  /** Completes the sentence "allowed is …". */
  readonly allowed: string;
  /** `undefined` for what is not allowed. */
  parse(value: unknown): Value | undefined;
  /** For one of a few words: which ones, so that a shell can offer them. */
  readonly words?: readonly string[];
  /** For a kind made of parts: which of them is wrong. Only asked when `parse` refused. */
  explain?(value: unknown, field: string): readonly FieldProblem[];
  /** Why it is not allowed, in words that repeat nothing of it: for what is kept secret. Only asked when `parse` refused. */
  whyNot?(value: unknown): string;
}

/** One thing that is wrong with what came, said so that its sender can mend it. */
export interface FieldProblem {
  readonly field: string;
  readonly came: string;
  readonly allowed: string;
}

/** What came, of what is kept secret: where its kind can say so, why that is not allowed. */
export function describeSecret(value: unknown, kind: ValueKind<unknown>): string {
  const why = kind.whyNot?.(value) ?? '';
  return `something else, which is kept secret${why === '' ? '' : `: ${why}`}`;
}

/** As much of a wrong value as an answer repeats. */
const CAME_CHARACTERS_MAX = 80;

export function problemsOf(field: string, value: unknown, kind: ValueKind<unknown>): readonly FieldProblem[] {
  const inside = kind.explain?.(value, field) ?? [];
  return inside.length > 0 ? inside : [{ field, came: describe(value), allowed: kind.allowed }];
}

/** What came, for people: short, and never the whole of something large. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : `${value as number | bigint | boolean | null}`;
  return text.length <= CAME_CHARACTERS_MAX ? text : `${text.slice(0, CAME_CHARACTERS_MAX)}… (${text.length} characters)`;
}

/** Text that a pattern describes. `Text` may be a branded string: only its kind makes one. */
export function textKind<Text extends string>(allowed: string, pattern: RegExp): ValueKind<Text> {
  return { allowed, parse: (value) => (typeof value === 'string' && pattern.test(value) ? (value as Text) : undefined) };
}

/** One of a few words. */
export function wordKind<Word extends string>(words: readonly Word[]): ValueKind<Word> {
  return { allowed: `one of ${words.join(', ')}`, words, parse: (value) => words.find((word) => word === value) };
}

export function wholeNumberKind(min: number, max: number): ValueKind<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    parse: (value) => (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined),
  };
}

export function listKind<Item>(item: ValueKind<Item>, itemsMax: number): ValueKind<readonly Item[]> {
  const fits = (value: unknown): value is unknown[] => Array.isArray(value) && value.length <= itemsMax;
  return {
    allowed: `a list of at most ${itemsMax}, each ${item.allowed}`,
    parse: (value) => (fits(value) ? allOrNothing(value.map((one) => item.parse(one))) : undefined),
    explain: (value, field) => (fits(value) ? value.flatMap((one, at) => wrong(`${field}[${at}]`, one, item)) : []),
  };
}

/** The one name that is not simply assigned to. */
const PROTO = '__proto__';

/** An object used as a table of names. Safe for every name, `__proto__` too. */
export function tableKind<Item>(
  name: ValueKind<string>,
  item: ValueKind<Item>,
  itemsMax: number,
): ValueKind<Readonly<Record<string, Item>>> {
  const fits = (value: unknown): value is Readonly<Record<string, unknown>> => isObject(value) && hasAtMost(itemsMax, value);
  return {
    allowed: `an object of at most ${itemsMax} names, each name ${name.allowed}, each value ${item.allowed}`,
    parse(value) {
      if (!fits(value)) return undefined;
      const read: Record<string, Item> = {};
      for (const key in value) {
        if (!Object.hasOwn(value, key)) continue;
        const [known, one] = [name.parse(key), item.parse(value[key])];
        if (known === undefined || one === undefined) return undefined;
        if (known === PROTO) Object.defineProperty(read, known, { value: one, enumerable: true, configurable: true, writable: true });
        else read[known] = one;
      }
      return read;
    },
    explain: (value, field) =>
      fits(value)
        ? Object.entries(value).flatMap(([key, one]) => [...wrongName(field, key, name), ...wrong(`${field}.${key}`, one, item)])
        : [],
  };
}

function hasAtMost(namesMax: number, table: object): boolean {
  let names = 0;
  for (const name in table) if (Object.hasOwn(table, name) && ++names > namesMax) return false;
  return true;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that a text is in JSON; `null` for every other text. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}

function wrong(field: string, value: unknown, kind: ValueKind<unknown>): readonly FieldProblem[] {
  return kind.parse(value) === undefined ? problemsOf(field, value, kind) : [];
}

function wrongName(field: string, name: string, kind: ValueKind<string>): readonly FieldProblem[] {
  return kind.parse(name) === undefined ? [{ field, came: `the name ${describe(name)}`, allowed: `as a name ${kind.allowed}` }] : [];
}

function allOrNothing<Item>(items: readonly (Item | undefined)[]): readonly Item[] | undefined {
  return items.every((item) => item !== undefined) ? items : undefined;
}
