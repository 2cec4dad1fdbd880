import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRollcallError } from '../errors.js';
import type { Commit, Compare, NestedCommit, Operation } from '../ports/store.js';
import { fromText } from './bytes.js';
import { checkCommit, COMMIT_BYTES_MAX, COMMIT_OPERATIONS_MAX } from './commit-rules.js';
import { singleKey } from './key-range.js';

function put(key: string, value: string = ''): Operation {
  return { type: 'put', key: fromText(key), value: fromText(value) };
}

function remove(from: string, to: string | null = `${from}\0`): Operation {
  return { type: 'delete', range: { from: fromText(from), to: to === null ? null : fromText(to) } };
}

function get(key: string): Operation {
  return { type: 'get', range: singleKey(fromText(key)) };
}

function nested(then: readonly Operation[], otherwise?: readonly Operation[]): NestedCommit {
  return { type: 'commit', then, ...(otherwise === undefined ? {} : { else: otherwise }) };
}

function gets(count: number): Operation[] {
  return Array.from({ length: count }, () => get('a'));
}

function compares(count: number): Compare[] {
  return Array.from({ length: count }, () => compare);
}

const compare: Compare = { range: singleKey(fromText('a')), target: 'version', is: '=', operand: 0 };

function accepts(commit: Commit): boolean {
  try {
    checkCommit(commit);
    return true;
  } catch (error) {
    if (isRollcallError(error, 'invalid-request')) return false;
    throw error;
  }
}

const MAX = COMMIT_OPERATIONS_MAX;

describe('the number of operations', () => {
  const cases: readonly [string, Commit, boolean][] = [
    ['none', { then: [] }, true],
    ['as many as allowed', { then: gets(MAX) }, true],
    ['one more', { then: gets(MAX + 1) }, false],
    ['one more in else', { then: [], else: gets(MAX + 1) }, false],
    ['as many compares', { when: compares(MAX), then: [] }, true],
    ['one compare more', { when: compares(MAX + 1), then: [] }, false],
    ['three full lists', { when: compares(MAX), then: gets(MAX), else: gets(MAX) }, true],
    ['a nested list that fills it up', { then: [...gets(27), nested(gets(MAX - 28))] }, true],
    ['a nested list with one more', { then: [...gets(27), nested(gets(MAX - 27))] }, false],
    ['two nested lists beside each other', { then: [nested(gets(MAX - 2)), nested(gets(MAX - 2))] }, true],
    ['a long else above a nested list', { then: [nested(gets(MAX - 10))], else: gets(11) }, false],
    ['the deepest chain allowed', { then: [chain(MAX)] }, true],
    ['a deeper one', { then: [chain(MAX + 1)] }, false],
  ];

  it.each(cases)('%s', (_what, commit, accepted) => expect(accepts(commit)).toBe(accepted));

  /** `depth` lists with one operation each, around an empty one, the outermost not counted. */
  function chain(depth: number): NestedCommit {
    return depth === 1 ? nested([]) : nested([chain(depth - 1)]);
  }
});

describe('the bytes of keys and values', () => {
  const half = 'x'.repeat(COMMIT_BYTES_MAX / 2);
  const valueIs = (operand: string): Compare => ({
    range: { from: fromText(''), to: null },
    target: 'value',
    is: '=',
    operand: fromText(operand),
  });
  const cases: readonly [string, Commit, boolean][] = [
    ['as many as allowed', { then: [put('a', half), put('b', half.slice(2))] }, true],
    ['one more', { then: [put('a', half), put('b', half.slice(1))] }, false],
    ['both branches count', { then: [put('a', half)], else: [put('a', half)] }, false],
    ['nested ones count', { then: [nested([put('a', half)], [nested([put('b', half)])])] }, false],
    ['compared values count', { when: [valueIs(half), valueIs(half)], then: [put('a')] }, false],
    ['compared values that fit', { when: [valueIs(half), valueIs(half)], then: [] }, true],
    ['ends of ranges count', { then: [remove(half, half), get('a')] }, false],
    ['a value that is kept counts nothing', { then: [{ type: 'put', key: fromText(half + half), value: 'keep' }] }, true],
  ];

  it.each(cases)('%s', (_what, commit, accepted) => expect(accepts(commit)).toBe(accepted));
});

describe('the keys', () => {
  const cases: readonly [string, Commit, boolean][] = [
    ['an empty one', { then: [put('')] }, false],
    ['an empty one in a branch within', { then: [nested([], [put('')])] }, false],
    ['a range from the empty key is no key', { then: [remove('', null)] }, true],
    ['different ones', { then: [put('a'), put('b'), remove('c')] }, true],
    ['one put twice', { then: [put('a'), put('b'), put('a')] }, false],
    ['one put and deleted', { then: [put('a'), remove('a')] }, false],
    ['one deleted and put', { then: [remove('a'), put('a')] }, false],
    ['one within a deleted range', { then: [remove('a', 'c'), put('b')] }, false],
    ['one at the end of a deleted range', { then: [remove('a', 'c'), put('c')] }, true],
    ['one behind an endless range', { then: [put('z'), remove('a', null)] }, false],
    ['one beside an empty range', { then: [put('b'), remove('b', 'b'), remove('c', 'a')] }, true],
    ['overlapping deletes', { then: [remove('a', 'c'), remove('b', null), remove('b')] }, true],
    ['one read and written', { then: [get('a'), put('a'), get('a')] }, true],
    ['one in both branches', { then: [put('a')], else: [put('a')] }, true],
    ['one twice in else', { then: [], else: [put('a'), remove('', null)] }, false],
    ['one in both branches within', { then: [nested([put('a')], [remove('', null)])] }, true],
    ['one outside and in a then within', { then: [nested([put('a')]), put('a')] }, false],
    ['one outside and in an else within', { then: [put('a'), nested([], [put('a')])] }, false],
    ['one outside and deleted within', { then: [put('b'), nested([nested([], [remove('a', 'c')])])] }, false],
    ['one in two commits within', { then: [nested([put('a')]), nested([], [put('a')])] }, false],
    ['one outside in then, within in else', { then: [put('a')], else: [nested([put('a')], [put('a')])] }, true],
  ];

  it.each(cases)('%s', (_what, commit, accepted) => expect(accepts(commit)).toBe(accepted));

  it('may be written once by whatever way a commit can go', () => {
    fc.assert(
      fc.property(anyCommit(3), (commit) => {
        expect(accepts(commit)).toBe(waysThrough(commit).every(writesEachKeyOnce));
      }),
      { numRuns: 500 },
    );
  });
});

const letter = fc.constantFrom('a', 'b', 'c');
const write: fc.Arbitrary<Operation> = fc.oneof(
  letter.map((key) => put(key)),
  fc.tuple(letter, letter).map(([from, to]) => remove(from, to)),
);

function anyCommit(depth: number): fc.Arbitrary<NestedCommit> {
  const operation = depth === 0 ? write : fc.oneof(write, anyCommit(depth - 1));
  const operations = fc.array(operation, { maxLength: 2 });
  return fc.tuple(operations, fc.option(operations)).map(([then, otherwise]) => nested(then, otherwise ?? undefined));
}

/** Every list of writes that the commit can come to do, whatever its compares say. */
function waysThrough(commit: Commit): Operation[][] {
  return [...waysOf(commit.then), ...waysOf(commit.else ?? [])];
}

function waysOf(operations: readonly Operation[]): Operation[][] {
  return operations.reduce<Operation[][]>(
    (ways, operation) => {
      const next = operation.type === 'commit' ? waysThrough(operation) : [[operation]];
      return ways.flatMap((way) => next.map((one) => [...way, ...one]));
    },
    [[]],
  );
}

function writesEachKeyOnce(writes: readonly Operation[]): boolean {
  return ['a', 'b', 'c'].every((key) => {
    const puts = writes.filter((one) => one.type === 'put' && String.fromCharCode(...one.key) === key).length;
    const deletes = writes.filter((one) => one.type === 'delete' && holds(one, key)).length;
    return puts === 0 || puts + deletes === 1;
  });
}

function holds({ range }: Extract<Operation, { type: 'delete' }>, key: string): boolean {
  return key >= String.fromCharCode(...range.from) && (range.to === null || key < String.fromCharCode(...range.to));
}
