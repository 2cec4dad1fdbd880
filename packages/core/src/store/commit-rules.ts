/**
 * What a commit may look like, before anyone looks at its state. The same rules for every engine, and
 * the same as etcd's, so that what one accepts all accept.
 */
import { RollcallError } from '../errors.js';
import type { Commit, KeyRange, Operation, PutOperation } from '../ports/store.js';
import { toText } from './bytes.js';
import { isSingleKey, SingleKey, textRangeHolds, toTextRange, type TextRange } from './key-range.js';

/** etcd's default `--max-txn-ops`: the longest of a commit's three lists, added up along each nesting. */
export const COMMIT_OPERATIONS_MAX: number = 128;

/** All keys and values together: as much as etcd takes in a request, which counts also what lies round them. */
export const COMMIT_BYTES_MAX: number = 1536 * 1024;

/** Which rule a commit broke, in the details of the error. */
export type CommitRule = 'operations' | 'bytes' | 'empty-key' | 'written-twice';

const none: readonly never[] = [];

/** Throws `invalid-request` for the first rule that the commit breaks. */
export function checkCommit(commit: Commit): void {
  checkOperationCount(commit, COMMIT_OPERATIONS_MAX);
  const bytes = commitBytes(commit);
  if (bytes > COMMIT_BYTES_MAX)
    throw broken('bytes', `A commit carries ${bytes} bytes of keys and values; at most ${COMMIT_BYTES_MAX} are allowed.`);
  if (singlePut(commit) === null) checkWrites(commit);
}

/** Whether it keeps to the bounds of a commit's size. */
export function fitsCommit(commit: Commit): boolean {
  return depthOf(commit) <= COMMIT_OPERATIONS_MAX && commitBytes(commit) <= COMMIT_BYTES_MAX;
}

/** The longest lists along a nesting, added up. */
function depthOf({ when = none, then, else: otherwise = none }: Commit): number {
  let deepest = 0;
  for (const operation of then) if (operation.type === 'commit') deepest = Math.max(deepest, depthOf(operation));
  for (const operation of otherwise) if (operation.type === 'commit') deepest = Math.max(deepest, depthOf(operation));
  return Math.max(when.length, then.length, otherwise.length) + deepest;
}

/** The most common commit by far breaks no rule about its writes: it has one. */
function singlePut({ then, else: otherwise }: Commit): PutOperation | null {
  const [first] = then;
  return then.length === 1 && otherwise === undefined && first?.type === 'put' && first.key.length > 0 ? first : null;
}

/** The put that this operation is, or the only one that it holds, as of many commits in one each does. */
function onlyPut(operation: Operation): PutOperation | null {
  return operation.type === 'commit' ? singlePut(operation) : null;
}

function checkOperationCount(commit: Commit, allowed: number): void {
  const { when = none, then, else: otherwise = none } = commit;
  const longest = Math.max(when.length, then.length, otherwise.length);
  if (longest > allowed) throw broken('operations', `A commit has more than ${COMMIT_OPERATIONS_MAX} operations or compares.`);
  for (const operation of then) if (operation.type === 'commit') checkOperationCount(operation, allowed - longest);
  for (const operation of otherwise) if (operation.type === 'commit') checkOperationCount(operation, allowed - longest);
}

function commitBytes(commit: Commit): number {
  let bytes = 0;
  for (const compare of commit.when ?? none) bytes += rangeBytes(compare.range) + (compare.target === 'value' ? compare.operand.length : 0);
  for (const operation of commit.then) bytes += operationBytes(operation);
  for (const operation of commit.else ?? none) bytes += operationBytes(operation);
  return bytes;
}

function operationBytes(operation: Operation): number {
  switch (operation.type) {
    case 'put':
      return operation.key.length + (operation.value === 'keep' ? 0 : operation.value.length);
    case 'commit':
      return commitBytes(operation);
    case 'delete':
    case 'get':
      return rangeBytes(operation.range);
  }
}

/** A single key counts once. */
function rangeBytes(range: KeyRange): number {
  if (range instanceof SingleKey) return range.length;
  return range.from.length + (range.to === null || isSingleKey(range) ? 0 : range.to.length);
}

/** The writes that a commit may come to make, as text. */
interface Writes {
  readonly puts: ReadonlySet<string>;
  readonly deletes: readonly TextRange[];
}

/**
 * No key is written twice. The two branches of a commit exclude each other, so each may write the same
 * key; together they count as one write for what stands beside the commit. Deletes may overlap deletes.
 */
function checkWrites(commit: Commit): Writes {
  const then = branchWrites(commit.then);
  if (commit.else === undefined) return then;
  const otherwise = branchWrites(commit.else);
  return { puts: new Set([...then.puts, ...otherwise.puts]), deletes: [...then.deletes, ...otherwise.deletes] };
}

function branchWrites(operations: readonly Operation[]): Writes {
  const puts = new Set<string>();
  const deletes: TextRange[] = [];
  for (const operation of operations) {
    const put = onlyPut(operation);
    if (put !== null) {
      const key = toText(put.key);
      if (puts.has(key) || deletes.some((range) => textRangeHolds(range, key))) throw writtenTwice();
      puts.add(key);
      continue;
    }
    const own = operationWrites(operation);
    for (const key of own.puts) {
      if (puts.has(key) || deletes.some((range) => textRangeHolds(range, key))) throw writtenTwice();
    }
    for (const range of own.deletes) {
      for (const key of puts) if (textRangeHolds(range, key)) throw writtenTwice();
    }
    for (const key of own.puts) puts.add(key);
    deletes.push(...own.deletes);
  }
  return { puts, deletes };
}

function operationWrites(operation: Operation): Writes {
  switch (operation.type) {
    case 'put':
      if (operation.key.length === 0) throw broken('empty-key', 'A key is empty.');
      return { puts: new Set([toText(operation.key)]), deletes: [] };
    case 'delete':
      return { puts: new Set(), deletes: [toTextRange(operation.range)] };
    case 'get':
      return { puts: new Set(), deletes: [] };
    case 'commit':
      return checkWrites(operation);
  }
}

function writtenTwice(): RollcallError {
  return broken('written-twice', 'A commit writes the same key twice.');
}

function broken(rule: CommitRule, message: string): RollcallError {
  return new RollcallError('invalid-request', message, { rule });
}
