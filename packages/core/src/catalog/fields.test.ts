/** What comes is read the same, whether all of it is as it should be or some of it is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { often, optional, readFields, required, tryFields, type FieldRules } from './fields.js';
import { textKind, wholeNumberKind } from './value-kind.js';

interface Fields {
  readonly name: string;
  readonly size: number;
  readonly note: string | null;
}

const rules: FieldRules<Fields> = {
  name: required(textKind('letters', /^[a-z]+$/)),
  size: optional(wholeNumberKind(0, 9), 3),
  note: optional(textKind('letters', /^[a-z]+$/), null),
};

const anyInput = fc.dictionary(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('name', 'size', 'note') },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'x') },
  ),
  fc.constantFrom<unknown>('abc', 'ABC', 4, 40, null, undefined),
);

describe.each([
  ['', rules],
  [' that are read often', often({ ...rules })],
])('fields%s', (_how, rules) => {
  it('are what came, or what stands for them; and everything that is wrong is said', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const came = (name: string): unknown => (Object.hasOwn(input, name) ? (input[name] ?? undefined) : undefined);
        const { name = 'wrong', size = 3, note = null } = { name: came('name'), size: came('size'), note: came('note') };
        const wrong = [
          ...(name === 'abc' ? [] : ['name']),
          ...(size === 3 || size === 4 ? [] : ['size']),
          ...(note === null || note === 'abc' ? [] : ['note']),
        ];
        const { fields, unknown, problems } = tryFields(input, rules);
        expect(problems.map(({ field }) => field)).toEqual(wrong);
        expect(Object.keys(unknown)).toEqual(Object.keys(input).filter((one) => !Object.hasOwn(rules, one)));
        if (wrong.length === 0) expect(fields).toEqual({ name, size, note });
      }),
    );
  });

  it('of one reading are not those of another', () => {
    const first = readFields({ name: 'a', size: 1 }, rules);
    expect(readFields({ name: 'b' }, rules)).toEqual({ name: 'b', size: 3, note: null });
    expect(first).toEqual({ name: 'a', size: 1, note: null });
  });
});
