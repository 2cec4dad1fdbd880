/** Reading an object by a table of rules: every field is checked, and all that is wrong is said at once. */
import { RollcallError } from '../errors.js';
import { isObject, problemsOf, describe, type FieldProblem, type ValueKind } from './value-kind.js';

/** What one field may be, and what it is when it does not come (or comes as `null`). */
export interface FieldRule<Value> {
  readonly kind: ValueKind<Value>;
  readonly absent: Value | typeof REQUIRED;
}

export type FieldRules<Fields> = { readonly [Name in keyof Fields]: FieldRule<Fields[Name]> };

/** Problems that one answer lists: enough to mend a form, too few to make an answer large. */
const PROBLEMS_MAX = 20;

const REQUIRED: unique symbol = Symbol('required');

export function required<Value>(kind: ValueKind<Value>): FieldRule<Value> {
  return { kind, absent: REQUIRED };
}

export function optional<Value, Absent>(kind: ValueKind<Value>, absent: Absent): FieldRule<Value | Absent> {
  return { kind, absent };
}

/** Throws `invalid-request` with every problem; a field that no rule names is one. */
export function readFields<Fields>(input: unknown, rules: FieldRules<Fields>): Fields {
  if (!isObject(input)) throw refusal([{ field: 'body', came: describe(input), allowed: 'an object' }]);
  const { fields, unknown, problems } = tryFields(input, rules);
  const strangers = unknown === nothing ? none : Object.keys(unknown).map((name) => strangerProblem(name, rules));
  if (problems.length + strangers.length > 0) throw refusal([...problems, ...strangers]);
  return fields;
}

/** The same without judging: for records, where unknown fields are kept for those who understand them. */
export function tryFields<Fields>(
  input: Readonly<Record<string, unknown>>,
  rules: FieldRules<Fields>,
): { readonly fields: Fields; readonly unknown: Readonly<Record<string, unknown>>; readonly problems: readonly FieldProblem[] } {
  const sound = soundFields(input, rules);
  if (sound !== null) return { fields: sound, unknown: nothing, problems: none };
  let problems: FieldProblem[] | null = null;
  const fields: Record<string, unknown> = {};
  let known = 0;
  // Assigned by name, but only by names that rules have.
  for (const name in rules) {
    const rule = rules[name] as FieldRule<unknown>;
    const isThere = Object.hasOwn(input, name);
    if (isThere) known++;
    const value = isThere ? (input[name] ?? undefined) : undefined;
    if (value === undefined && rule.absent !== REQUIRED) {
      fields[name] = rule.absent;
      continue;
    }
    const parsed = rule.kind.parse(value);
    if (parsed === undefined) (problems ??= []).push(...problemsOf(name, value, rule.kind));
    fields[name] = parsed;
  }
  return {
    fields: fields as Fields,
    unknown: known === Object.keys(input).length ? nothing : unknownIn(input, rules),
    problems: problems ?? none,
  };
}

/**
 * The same rules, made ready for what is read very often: nearly all of that is as it should be, and then only what came is looked at, and
 * laid over what stands there without it. For rules that are made once.
 */
export function often<Fields>(rules: FieldRules<Fields>): FieldRules<Fields> {
  const all = Object.entries<FieldRule<unknown>>(rules as AnyRules);
  absents.set(rules, {
    fields: Object.fromEntries(all.map(([name, { absent }]) => [name, absent])),
    required: all.filter(([, { absent }]) => absent === REQUIRED).length,
  });
  return rules;
}

type AnyRules = Readonly<Record<string, FieldRule<unknown>>>;

interface Absent {
  /** What stands in the place of one that is required does not matter. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly required: number;
}

const absents = new WeakMap<object, Absent>();

/** `null`: there is something to be said about it, or its rules were not made ready. */
function soundFields<Fields>(input: Readonly<Record<string, unknown>>, of: FieldRules<Fields>): Fields | null {
  const absent = absents.get(of);
  if (absent === undefined) return null;
  const rules = of as AnyRules;
  const fields: Record<string, unknown> = { ...absent.fields };
  let missing = absent.required;
  for (const name in input) {
    if (!Object.hasOwn(rules, name)) return null;
    const value = input[name] ?? undefined;
    if (value === undefined) continue;
    const rule = rules[name] as FieldRule<unknown>;
    const parsed = rule.kind.parse(value);
    if (parsed === undefined) return null;
    if (rule.absent === REQUIRED) missing--;
    fields[name] = parsed;
  }
  return missing === 0 ? (fields as Fields) : null;
}

const none: readonly FieldProblem[] = Object.freeze([]);
const nothing: Readonly<Record<string, unknown>> = Object.freeze({});

function unknownIn(input: object, rules: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !Object.hasOwn(rules, name)));
}

/** For a value that stands alone, such as one in a path. */
export function demand<Value>(field: string, kind: ValueKind<Value>, value: unknown): Value {
  const parsed = kind.parse(value);
  if (parsed === undefined) throw refusal(problemsOf(field, value, kind));
  return parsed;
}

export function refusal(problems: readonly FieldProblem[]): RollcallError {
  const told = problems.slice(0, PROBLEMS_MAX);
  const sentences = told.map(({ field, came, allowed }) => `${field} is ${came}; allowed is ${allowed}.`);
  return new RollcallError('invalid-request', sentences.join(' '), { problems: told });
}

function strangerProblem(name: string, rules: object): FieldProblem {
  return { field: describe(name).slice(1, -1), came: 'a field that is not known here', allowed: `only ${Object.keys(rules).join(', ')}` };
}
