import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from './expression.js';
import { filterOf } from './filter.js';
import { parseFilter } from './parse.js';
import { agentServiceShape, healthShape, nodeShape } from './shapes.js';
import type { Shape } from './shape.js';

const row = {
  Node: { Node: 'web-1', Address: '10.0.0.5', Meta: { rack: 'r1', empty: '' } },
  Service: { Service: 'web', Tags: ['v1', 'blue'], Port: 8080, Meta: { 'x-y': '1' }, EnableTagOverride: false, Weights: { Passing: 10 } },
  Checks: [
    { CheckID: 'serfHealth', Status: 'passing' },
    { CheckID: 'service:web', Status: 'critical' },
  ],
};

/** Of the row above. */
const judged: readonly (readonly [text: string, passes: boolean])[] = [
  ['Service.Service == "web"', true],
  ['Service.Service == web', true],
  ['Service.Service==web', true],
  ['Service.Service != `web`', false],
  ['Service.Port == 8080', true],
  ['Service.Port != 80', true],
  ['Service.EnableTagOverride == false', true],
  ['Service.EnableTagOverride == F', true],
  ['"v1" in Service.Tags', true],
  ['v2 in Service.Tags', false],
  ['v2 not in Service.Tags', true],
  ['Service.Tags contains blue', true],
  ['Service.Tags not contains "blue"', false],
  ['Service.Tags is empty', false],
  ['Service.Tags is not empty', true],
  ['Service.Meta["x-y"] == "1"', true],
  ['Service.Meta["x-y"] == 1', true],
  ['Service.Meta.missing == "1"', false],
  ['Service.Meta.missing != "1"', true],
  ['Service.Meta.missing is empty', true],
  ['Service.Meta.missing is nil', true],
  ['Service.Meta is not nil', true],
  ['"x-y" in Service.Meta', true],
  ['rack in Node.Meta', true],
  ['Node.Meta.rack == r1', true],
  ['Node.Meta.empty is empty', true],
  ['"0.0" in Node.Address', true],
  ['Node.Address contains "10."', true],
  ['Node.Node matches "^web-[0-9]+$"', true],
  ['Node.Node not matches "^db"', true],
  ['Checks.Status == critical', true],
  ['Checks.Status == warning', false],
  ['not Checks.Status == warning', true],
  ['"/Node/Meta/rack" == r1', true],
  ['Service.Weights.Passing == 10', true],
  ['Service.Service == db or Service.Port == 8080 and v1 in Service.Tags', true],
  ['(Service.Service == db or Service.Port == 8080) and v9 in Service.Tags', false],
  ['not (v1 in Service.Tags and blue in Service.Tags)', false],
  ['not not v1 in Service.Tags', true],
  ['any Checks as check { check.Status == critical }', true],
  ['all Checks as check { check.Status == passing }', false],
  ['any Service.Tags as tag { tag matches "^b" }', true],
  ['all Service.Tags as i, tag { tag != v9 }', true],
  ['any Node.Meta as key { key == rack }', true],
  ['any Node.Meta as key, value { key == rack and value == r1 }', true],
  ['any Node.Meta as _, value { value == r1 }', true],
  ['  Service.Service  ==  "web"  ', true],
  ['Service.Service == "we\\u0062"', true],
];

describe('a filter', () => {
  it.each(judged)('%s: %s', (text, passes) => {
    expect(filterOf(text, healthShape)(row)).toBe(passes);
  });

  it.each([
    ['', 'expected more'],
    ['Foo == 1', 'Selector "Foo" is not valid'],
    ['Service.Foo == 1', 'Selector "Service.Foo" is not valid'],
    ['Service.Service.x == 1', 'is not valid'],
    ['Service.Port == web', 'is not a number'],
    ['Service.EnableTagOverride == maybe', 'neither true nor false'],
    ['Service.Tags == v1', 'Invalid match operator "equal"'],
    ['Service.Port is empty', 'Invalid match operator "empty"'],
    ['Service.Tags matches "v"', 'Invalid match operator "matches"'],
    ['Node.Node matches "("', 'error parsing regexp'],
    ['(Node.Node == a', 'Unmatched parentheses'],
    ['Node.Node ==', 'expected more'],
    ['Node.Node = a', 'no match found'],
    ['Node.Node == a and', 'expected more'],
    ['Node.Node == a b', 'no match found'],
    ['Node.Node AND x', 'no match found'],
    ['any Node.Node as x { x == 1 }', 'neither a list nor a map'],
    [`${'('.repeat(100)}Node.Node == a${')'.repeat(100)}`, 'nested more than'],
    [`${'not '.repeat(100)}Node.Node == a`, 'nested more than'],
  ])('%s is refused: %s', (text, reason) => {
    expect(() => filterOf(text, healthShape)).toThrow(reason);
    expect(() => filterOf(text, healthShape)).toThrow(expect.objectContaining({ status: 400 }) as Error);
  });

  it('takes nothing for a name that every object has', () => {
    expect(filterOf('Meta.constructor is empty', nodeShape)({ Meta: {} })).toBe(true);
    expect(filterOf('toString in Meta', nodeShape)({ Meta: {} })).toBe(false);
    expect(() => filterOf('constructor == 1', nodeShape)).toThrow('is not valid');
    expect(filterOf('Weights.Passing == 1', agentServiceShape)({ Weights: { Passing: 1 } })).toBe(true);
  });
});

describe('the language', () => {
  const shape: Shape = { fields: { A: 'text', B: { list: 'text' }, C: { table: 'text' }, not: 'text', any: 'text' } };
  const value = fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !/[\n\r]/.test(text));
  const match: fc.Arbitrary<Expression> = fc.oneof(
    fc.record({
      kind: fc.constant('match' as const),
      selector: fc.constant(['A']),
      operator: fc.constantFrom('equal' as const, 'contains'),
      value,
    }),
    fc.record({
      kind: fc.constant('match' as const),
      selector: fc.constantFrom(['B'], ['C']),
      operator: fc.constant('contains' as const),
      value,
    }),
    fc.record({
      kind: fc.constant('match' as const),
      selector: value.map((key) => ['C', key]),
      operator: fc.constant('equal' as const),
      value,
    }),
    fc.record({
      kind: fc.constant('match' as const),
      selector: fc.constantFrom(['A'], ['B'], ['C']),
      operator: fc.constant('empty' as const),
      value: fc.constant(''),
    }),
  );
  const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      match,
      fc.record({ kind: fc.constant('not' as const), inner: tie('expression') }),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        parts: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
      }),
    ),
  }));
  const rows = fc.record({ A: value, B: fc.array(value, { maxLength: 3 }), C: fc.dictionary(value, value, { maxKeys: 3 }) });

  it('means what was written, in every nesting', () => {
    fc.assert(
      fc.property(expression, rows, (written, one) => {
        expect(filterOf(textOf(written), shape)(one)).toBe(meaning(written, one));
      }),
      { numRuns: 300 },
    );
  });

  it('has no text that throws anything but a refusal', () => {
    const words = fc.constantFrom(
      'A',
      'B',
      'C',
      'and',
      'or',
      'not',
      'in',
      'is',
      'empty',
      'contains',
      'matches',
      '==',
      '!=',
      '(',
      ')',
      '"x"',
      '[',
      ']',
      '.',
      'any',
      'as',
      '{',
      '}',
      ',',
      '\\',
      '"',
      '`',
      '1',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
          fc.string(),
        ),
        (text) => {
          try {
            filterOf(text, shape)({ A: 'x', B: ['x'], C: {} });
          } catch (error) {
            expect(error).toMatchObject({ status: 400 });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes its words for names where they can be nothing else', () => {
    expect(parseFilter('any == x')).toMatchObject({ selector: ['any'] });
  });
});

function textOf(expression: Expression): string {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.parts.map((part) => `(${textOf(part)})`).join(` ${expression.kind} `);
    case 'not':
      return `not (${textOf(expression.inner)})`;
    case 'each':
      throw new Error('is not written here');
    case 'match': {
      const [first = '', key] = expression.selector;
      const selector = key === undefined ? first : `${first}[${JSON.stringify(key)}]`;
      if (expression.operator === 'empty') return `${selector} is empty`;
      return `${selector} ${expression.operator === 'equal' ? '==' : 'contains'} ${JSON.stringify(expression.value)}`;
    }
  }
}

interface Row {
  readonly A: string;
  readonly B: readonly string[];
  readonly C: Readonly<Record<string, string>>;
}

function meaning(expression: Expression, one: Row): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.parts.every((part) => meaning(part, one));
    case 'or':
      return expression.parts.some((part) => meaning(part, one));
    case 'not':
      return !meaning(expression.inner, one);
    case 'each':
      throw new Error('is not written here');
    case 'match': {
      const [first, key] = expression.selector;
      if (key !== undefined) return Object.hasOwn(one.C, key) && one.C[key] === expression.value;
      const value = first === 'A' ? one.A : first === 'B' ? one.B : Object.keys(one.C);
      if (expression.operator === 'empty') return value.length === 0;
      return expression.operator === 'equal' ? value === expression.value : value.includes(expression.value);
    }
  }
}
