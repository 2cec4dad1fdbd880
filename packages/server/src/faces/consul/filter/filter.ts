/** A filter over rows: read, judged against what the rows look like, and asked of each of them. */
import { ConsulRefusal } from '../refusal.js';
import type { Expression, Operator, Selector } from './expression.js';
import { compilePattern, PatternError } from '../pattern/pattern.js';
import { FilterSyntaxError, parseFilter } from './parse.js';
import type { Shape } from './shape.js';

export type Filter = (row: unknown) => boolean;

/** Throws what Consul answers to a filter that is none, or about something that these rows do not have. */
export function filterOf(text: string, shape: Shape): Filter {
  const test = refusing(() => compiled(parseFilter(text), { root: shape, names: new Map() }));
  return (row) => refusing(() => test({ row, named: noNames }));
}

function refusing<Answer>(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (error instanceof FilterSyntaxError || error instanceof PatternError)
      throw new ConsulRefusal(400, `Failed to create boolean expression evaluator: ${error.message}`, [], { cause: error });
    throw error;
  }
}

type Test = (scene: Scene) => boolean;

/** The row, and what `any` and `all` have given names to. */
interface Scene {
  readonly row: unknown;
  readonly named: ReadonlyMap<string, unknown>;
}

interface Scope {
  readonly root: Shape;
  readonly names: ReadonlyMap<string, Shape>;
}

const noNames: ReadonlyMap<string, unknown> = new Map();

function compiled(expression: Expression, scope: Scope): Test {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const tests = expression.parts.map((part) => compiled(part, scope));
      return expression.kind === 'and' ? (scene) => tests.every((test) => test(scene)) : (scene) => tests.some((test) => test(scene));
    }
    case 'not': {
      const test = compiled(expression.inner, scope);
      return (scene) => !test(scene);
    }
    case 'each':
      return compiledEach(expression, scope);
    case 'match':
      return compiledMatch(expression, scope);
  }
}

function compiledMatch({ selector, operator, value }: Expression & { kind: 'match' }, scope: Scope): Test {
  const { shape, values } = found(selector, scope);
  const test = testOf(operator, shape, value, selector);
  // What is not there is empty, equal to nothing, and holds nothing.
  if (operator === 'empty' || operator === 'nil') return (scene) => values(scene).every(test);
  return (scene) => values(scene).some(test);
}

function testOf(operator: Operator, shape: Shape, value: string, selector: Selector): (value: unknown) => boolean {
  const invalid = (): FilterSyntaxError =>
    new FilterSyntaxError(`Invalid match operator "${operator}" for selector: "${selector.join('.')}"`);
  switch (operator) {
    case 'equal':
      return equality(shape, value) ?? fail(invalid());
    case 'contains':
      if (shape === 'text') return (one) => typeof one === 'string' && one.includes(value);
      if (typeof shape === 'object' && 'table' in shape) return (one) => isTable(one) && Object.hasOwn(one, value);
      if (typeof shape === 'object' && 'list' in shape) {
        const equal = equality(shape.list, value) ?? fail(invalid());
        return (one) => Array.isArray(one) && one.some(equal);
      }
      return fail(invalid());
    case 'matches': {
      if (shape !== 'text') return fail(invalid());
      const pattern = compilePattern(value);
      return (one) => typeof one === 'string' && pattern.test(one);
    }
    case 'empty':
    case 'nil':
      if (shape === 'number' || shape === 'truth') return fail(invalid());
      return (one) => sizeOf(one) === 0;
  }
}

function equality(shape: Shape, value: string): ((one: unknown) => boolean) | null {
  if (shape === 'text') return (one) => one === value;
  if (shape === 'number') {
    const number = /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : fail(new FilterSyntaxError(`"${value}" is not a number`));
    return (one) => one === number;
  }
  if (shape === 'truth') {
    const truth = TRUTHS.get(value) ?? fail(new FilterSyntaxError(`"${value}" is neither true nor false`));
    return (one) => one === truth;
  }
  return null;
}

/** As Go reads truths. */
const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'True', 'TRUE', 't', 'T', '1'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE', 'f', 'F', '0'].map((text) => [text, false] as const),
]);

function compiledEach({ of, selector, names, inner }: Expression & { kind: 'each' }, scope: Scope): Test {
  const { shape, values } = found(selector, scope);
  const part = typeof shape === 'object' && ('list' in shape ? shape.list : 'table' in shape ? shape.table : null);
  if (part === false || part === null) throw new FilterSyntaxError(`Selector "${selector.join('.')}" is neither a list nor a map`);
  const isTable = typeof shape === 'object' && 'table' in shape;
  const [first = '_', second] = names;
  // One name is the key of a map and the element of a list; of two the first is the key or the place.
  const keyName = second === undefined ? (isTable ? first : '_') : first;
  const valueName = second ?? (isTable ? '_' : first);
  const bound = new Map([...scope.names, [keyName, isTable ? 'text' : 'number'], [valueName, part]] as [string, Shape][]);
  bound.delete('_');
  const test = compiled(inner, { root: scope.root, names: bound });
  const one = ({ row, named }: Scene, [key, value]: readonly [unknown, unknown]): boolean =>
    test({ row, named: new Map([...named, [keyName, key], [valueName, value]] as [string, unknown][]) });
  return (scene) => {
    const all = values(scene).flatMap((value) => entriesOf(value));
    return of === 'any' ? all.some((entry) => one(scene, entry)) : all.every((entry) => one(scene, entry));
  };
}

function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(value)) return value.map((one: unknown, at) => [at, one]);
  return isTable(value) ? Object.entries(value) : [];
}

interface Found {
  readonly shape: Shape;
  /** None where it is missing; several where a list of rows is on the way. */
  readonly values: (scene: Scene) => readonly unknown[];
}

function found(selector: Selector, scope: Scope): Found {
  const [first = '', ...rest] = selector;
  const named = scope.names.get(first);
  const path = named === undefined ? selector : rest;
  let shape = named ?? scope.root;
  const steps: ((values: readonly unknown[]) => readonly unknown[])[] = [];
  for (const name of path) {
    // Of a list of rows any may be meant.
    if (typeof shape === 'object' && 'list' in shape && !/^\d+$/.test(name)) {
      shape = shape.list;
      steps.push((values) => values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [])));
    }
    shape = partOf(shape, name) ?? fail(new FilterSyntaxError(`Selector "${selector.join('.')}" is not valid`));
    steps.push((values) => values.flatMap((value) => (holds(value, name) ? [value[name]] : [])));
  }
  const begin = ({ row, named: known }: Scene): readonly unknown[] => [named === undefined ? row : known.get(first)];
  return { shape, values: (scene) => steps.reduce((values, step) => step(values), begin(scene)) };
}

function partOf(shape: Shape, name: string): Shape | undefined {
  if (typeof shape === 'string') return undefined;
  if ('fields' in shape) return Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
  return 'table' in shape ? shape.table : shape.list;
}

function holds(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isTable(value) ? Object.keys(value).length : 0;
}

function fail(error: Error): never {
  throw error;
}
