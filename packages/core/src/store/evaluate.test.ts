import { entry, pairs, shown, stateOf } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { isRollcallError, type ErrorCode } from '../errors.js';
import type { Change, Commit, Compare, LeaseId, Operation, OperationResult } from '../ports/store.js';
import { fromText, toText } from './bytes.js';
import { evaluate, type Evaluation, type State } from './evaluate.js';
import { allKeys, singleKey } from './key-range.js';

const reader = stateOf(entry('a', '1'), entry('b', '2', { create: 3, mod: 5, version: 2, lease: 7n }));

/** The log stands at 5; lease 7 is granted. */
const state: State = {
  revision: 5,
  reader,
  hasLease: (id) => id === 7n,
  readerAt: (revision) => (revision === 2 ? stateOf(entry('a', '1')) : expect.fail(`read at ${revision}`)),
};

function put(key: string, value: string, lease?: LeaseId | 'keep'): Operation {
  return { type: 'put', key: fromText(key), value: value === 'keep' ? 'keep' : fromText(value), ...(lease === undefined ? {} : { lease }) };
}

function remove(from: string, to: string | null = `${from}\0`): Operation {
  return { type: 'delete', range: { from: fromText(from), to: to === null ? null : fromText(to) } };
}

const getAll = { type: 'get', range: allKeys } as const;

function does(...operations: readonly Operation[]): Evaluation {
  return evaluate({ then: operations }, state);
}

function changed({ changes }: Evaluation): string[] {
  return changes.map(changeText);
}

function changeText(change: Change): string {
  return change.type === 'put' ? pairs([change.entry]).join() : `-${toText(change.key)}`;
}

/** What a get in a list of results found. */
function found(result: OperationResult | undefined): string[] {
  return result?.type === 'get' ? pairs(result.entries) : expect.fail(`is a ${result?.type}`);
}

function codeOf(run: () => unknown): ErrorCode | 'done' {
  try {
    run();
    return 'done';
  } catch (error) {
    if (isRollcallError(error)) return error.code;
    throw error;
  }
}

describe('what a commit writes', () => {
  it('creates', () => {
    const { result, changes } = does(put('c', '3'));
    expect(result).toEqual({ revision: 6, succeeded: true, results: [{ type: 'put', previous: null }] });
    expect(changes).toEqual([{ type: 'put', entry: entry('c', '3', { create: 6 }), previous: null }]);
  });

  it('overwrites, and takes the lease away', () => {
    const { result, changes } = does(put('b', '3'));
    const previous = reader.get('b');
    expect(result.results).toEqual([{ type: 'put', previous }]);
    expect(changes).toEqual([{ type: 'put', entry: entry('b', '3', { create: 3, mod: 6, version: 3 }), previous }]);
  });

  it('keeps the value, the lease or both', () => {
    const numbers = { create: 3, mod: 6, version: 3 };
    expect(does(put('b', 'keep')).changes).toMatchObject([{ entry: entry('b', '2', numbers) }]);
    expect(does(put('b', '3', 'keep')).changes).toMatchObject([{ entry: entry('b', '3', { ...numbers, lease: 7n }) }]);
    expect(does(put('b', 'keep', 'keep')).changes).toMatchObject([{ entry: entry('b', '2', { ...numbers, lease: 7n }) }]);
    expect(does(put('a', 'keep', 7n)).changes).toMatchObject([{ entry: { lease: 7n } }]);
  });

  it('deletes a range in order, each key once', () => {
    const evaluation = does(remove('b'), remove('a', null), remove('x'));
    expect(changed(evaluation)).toEqual(['-b', '-a']);
    expect(evaluation.result.results).toEqual([
      { type: 'delete', previous: [reader.get('b')] },
      { type: 'delete', previous: [reader.get('a')] },
      { type: 'delete', previous: [] },
    ]);
  });

  it('comes in the order of the operations, nested ones in their place', () => {
    expect(changed(does(put('z', '1'), { type: 'commit', then: [put('y', '1')] }, remove('a'), put('c', '1')))).toEqual([
      'z=1',
      'y=1',
      '-a',
      'c=1',
    ]);
  });

  it('leaves the state as it was', () => {
    does(put('a', '9'), remove('b'));
    expect(shown(reader)).toEqual(['a=1', 'b=2']);
  });
});

describe('what a commit reads', () => {
  it('is what was written before', () => {
    const { results } = does(getAll, put('c', '3'), getAll, remove('a'), { type: 'commit', then: [getAll] }).result;
    expect(found(results[0])).toEqual(['a=1', 'b=2']);
    expect(found(results[2])).toEqual(['a=1', 'b=2', 'c=3']);
    expect(results[4]?.type === 'commit' && found(results[4].results[0])).toEqual(['b=2', 'c=3']);
  });

  it('is the past where a revision is named', () => {
    const { results } = does(put('a', '9'), { ...getAll, revision: 2 }).result;
    expect(found(results[1])).toEqual(['a=1']);
  });
});

describe('the revision', () => {
  it('is the next one for all that a commit answers', () => {
    const { result } = does(getAll, put('c', '3'), { type: 'commit', then: [getAll] });
    expect(result).toMatchObject({ revision: 6, results: [{ revision: 6 }, {}, { revision: 6, results: [{ revision: 6 }] }] });
  });

  it('is the present one where nothing changes', () => {
    const { result, changes } = does(getAll, remove('x'), { type: 'commit', then: [getAll] });
    expect(result).toMatchObject({ revision: 5, results: [{ revision: 5 }, {}, { revision: 5, results: [{ revision: 5 }] }] });
    expect(changes).toEqual([]);
    expect(does()).toEqual({ result: { revision: 5, succeeded: true, results: [] }, changes: [] });
  });
});

describe('refusals', () => {
  const cases: readonly [string, Operation[], ErrorCode | 'done'][] = [
    ['a value to keep of a missing key', [put('x', 'keep')], 'not-found'],
    ['a lease to keep of a missing key', [put('x', '1', 'keep')], 'not-found'],
    ['an unknown lease', [put('x', '1', 8n)], 'lease-not-found'],
    ['an unknown lease within', [put('c', '1'), { type: 'commit', then: [put('x', '1', 8n)] }], 'lease-not-found'],
    ['no lease by its number', [put('x', '1', 0n)], 'done'],
    ['a known lease', [put('x', '1', 7n)], 'done'],
  ];

  it.each(cases)('%s', (_what, operations, code) => expect(codeOf(() => does(...operations))).toBe(code));

  it('do not come from a branch that is not taken', () => {
    const commit: Commit = { when: [], then: [], else: [put('x', 'keep')] };
    expect(codeOf(() => evaluate(commit, state))).toBe('done');
  });
});

describe('a compare', () => {
  const key = (name: string) => ({ range: singleKey(fromText(name)) });
  const all = { range: allKeys };
  const cases: readonly [string, Compare, boolean][] = [
    ['a number below', { ...key('b'), target: 'mod', is: '>', operand: 4 }, true],
    ['a number at', { ...key('b'), target: 'mod', is: '>', operand: 5 }, false],
    ['a create revision', { ...key('b'), target: 'create', is: '=', operand: 3 }, true],
    ['another version', { ...key('b'), target: 'version', is: '!=', operand: 1 }, true],
    ['a value before', { ...key('b'), target: 'value', is: '<', operand: fromText('2\0') }, true],
    ['the value', { ...key('b'), target: 'value', is: '=', operand: fromText('2') }, true],
    ['the lease', { ...key('b'), target: 'lease', is: '=', operand: 7n }, true],
    ['no lease', { ...key('a'), target: 'lease', is: '<', operand: 1n }, true],
    ['a missing key by number', { ...key('x'), target: 'create', is: '=', operand: 0 }, true],
    ['a missing key by lease', { ...key('x'), target: 'lease', is: '>', operand: 0n }, false],
    ['a missing key by value', { ...key('x'), target: 'value', is: '!=', operand: fromText('1') }, false],
    ['every key of a range', { ...all, target: 'version', is: '>', operand: 0 }, true],
    ['not every key of a range', { ...all, target: 'version', is: '=', operand: 1 }, false],
    ['an empty range by number', { range: { from: fromText('c'), to: null }, target: 'mod', is: '=', operand: 0 }, true],
    ['an empty range by value', { range: { from: fromText('c'), to: null }, target: 'value', is: '<', operand: fromText('z') }, false],
  ];

  it.each(cases)('with %s', (_what, compare, succeeded) => {
    expect(evaluate({ when: [compare], then: [] }, state).result.succeeded).toBe(succeeded);
  });

  it('within is judged on the state before the whole commit', () => {
    const inner: Operation = {
      type: 'commit',
      when: [{ ...key('a'), target: 'value', is: '=', operand: fromText('1') }],
      then: [put('saw', 'before')],
      else: [put('saw', 'after')],
    };
    expect(changed(does(put('a', '9'), inner))).toEqual(['a=9', 'saw=before']);
    expect(changed(does(remove('a'), { type: 'commit', then: [inner] }))).toEqual(['-a', 'saw=before']);
  });
});
