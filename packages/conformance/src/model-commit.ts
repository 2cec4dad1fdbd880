/** One commit as the model sees it: what it answers, what it leaves, and every reason to refuse it. */
import type { Commit, Compare, ErrorCode, GetOperation, KeyRange, LeaseId, Operation, PutOperation } from '@rollcall/core';
import { byKey, rangeOf, textOf, within, type ModelState } from './model-range.js';
import type { PlainChange, PlainCommit, PlainEntry, PlainRange, PlainResult } from './plain.js';

/** What a commit needs to know of the log that it comes to. */
export interface KnownLog {
  readonly leases: ReadonlyMap<LeaseId, unknown>;
  at(revision: number): ModelState;
  /** Why this revision can't be read, if it can't. */
  unreadable(revision: number): ErrorCode | null;
}

export class ModelCommit {
  readonly refused: Set<ErrorCode> = new Set();
  readonly state: Map<string, PlainEntry>;
  readonly changes: PlainChange[] = [];
  readonly answer: PlainCommit;
  readonly #log: KnownLog;
  readonly #before: ModelState;
  readonly #revision: number;

  constructor(log: KnownLog, commit: Commit, head: number) {
    this.#log = log;
    this.#before = log.at(head);
    this.#revision = head + 1;
    this.state = new Map(this.#before);
    if (breaksRules(commit)) this.refused.add('invalid-request');
    const answer = this.#take(commit);
    this.answer = this.changes.length > 0 ? answer : withRevision(answer, head);
  }

  #take(commit: Commit): PlainCommit {
    const succeeded = (commit.when ?? []).every((compare) => this.#holds(compare));
    const results = (succeeded ? commit.then : (commit.else ?? [])).map((operation) => this.#operate(operation));
    return { revision: this.#revision, succeeded, results };
  }

  #holds(compare: Compare): boolean {
    const entries = [...this.#before.values()].filter((entry) => within(compare.range, entry.key));
    if (entries.length > 0) return entries.every((entry) => compares(compare, entry));
    return compare.target !== 'value' && compares(compare, { create: 0, mod: 0, version: 0, lease: 0n, value: '' });
  }

  #operate(operation: Operation): PlainResult {
    if (operation.type === 'put') return { put: this.#put(operation) };
    if (operation.type === 'delete') return { delete: this.#delete(operation.range) };
    if (operation.type === 'get') return { get: this.#get(operation) };
    return { commit: this.#take(operation) };
  }

  #put(operation: PutOperation): PlainEntry | null {
    const key = textOf(operation.key);
    const before = this.state.get(key) ?? null;
    if (before === null && (operation.value === 'keep' || operation.lease === 'keep')) this.refused.add('not-found');
    const now = {
      key,
      value: operation.value === 'keep' ? (before?.value ?? '') : textOf(operation.value),
      create: before === null ? this.#revision : before.create,
      mod: this.#revision,
      version: before === null ? 1 : before.version + 1,
      lease: this.#leaseFor(operation, before),
    };
    this.state.set(key, now);
    this.changes.push({ key, now, before });
    return before;
  }

  #leaseFor(operation: PutOperation, before: PlainEntry | null): LeaseId {
    const lease = operation.lease === 'keep' ? (before?.lease ?? 0n) : (operation.lease ?? 0n);
    if (lease !== 0n && !this.#log.leases.has(lease)) this.refused.add('lease-not-found');
    return lease;
  }

  #delete(range: KeyRange): PlainEntry[] {
    const gone = [...this.state.values()].filter((entry) => within(range, entry.key)).sort(byKey);
    for (const before of gone) {
      this.state.delete(before.key);
      this.changes.push({ key: before.key, now: null, before });
    }
    return gone;
  }

  #get(operation: GetOperation): PlainRange {
    if (operation.revision === undefined) return rangeOf(this.state, operation, this.#revision);
    const code = this.#log.unreadable(operation.revision);
    if (code === null) return rangeOf(this.#log.at(operation.revision), operation, this.#revision);
    this.refused.add(code);
    return { revision: this.#revision, entries: [], more: false };
  }
}

function compares({ is, target, operand }: Compare, entry: Omit<PlainEntry, 'key'>): boolean {
  const actual = entry[target];
  const wanted = operand instanceof Uint8Array ? textOf(operand) : operand;
  if (is === '=') return actual === wanted;
  if (is === '!=') return actual !== wanted;
  return is === '<' ? actual < wanted : actual > wanted;
}

function withRevision(commit: PlainCommit, revision: number): PlainCommit {
  const results = commit.results.map((result): PlainResult => {
    if ('get' in result) return { get: { ...result.get, revision } };
    return 'commit' in result ? { commit: withRevision(result.commit, revision) } : result;
  });
  return { ...commit, revision, results };
}

/** One write and the branches that must be taken for it to happen: `[commit, true]` for a `then`. */
interface Write {
  readonly range: KeyRange | null;
  readonly key: string | null;
  readonly path: ReadonlyMap<Commit, boolean>;
}

function breaksRules(commit: Commit): boolean {
  const writes = writesOf(commit, new Map());
  if (writes.some((write) => write.key === '')) return true;
  return writes.some((left, at) => writes.slice(at + 1).some((right) => collide(left, right) && mayBothHappen(left, right)));
}

function writesOf(commit: Commit, path: ReadonlyMap<Commit, boolean>): Write[] {
  // A copy stands for the commit in the path, so that the same object nested twice counts as two.
  const self = { ...commit };
  const branch = (operations: readonly Operation[], taken: boolean): Write[] =>
    operations.flatMap((operation) => writesOfOperation(operation, new Map([...path, [self, taken]])));
  return [...branch(commit.then, true), ...branch(commit.else ?? [], false)];
}

function writesOfOperation(operation: Operation, path: ReadonlyMap<Commit, boolean>): Write[] {
  if (operation.type === 'put') return [{ key: textOf(operation.key), range: null, path }];
  if (operation.type === 'delete') return [{ key: null, range: operation.range, path }];
  return operation.type === 'commit' ? writesOf(operation, path) : [];
}

function collide(left: Write, right: Write): boolean {
  if (left.key !== null && right.key !== null) return left.key === right.key;
  if (left.key !== null && right.range !== null) return within(right.range, left.key);
  return left.range !== null && right.key !== null && within(left.range, right.key);
}

function mayBothHappen(left: Write, right: Write): boolean {
  return [...left.path].every(([commit, taken]) => (right.path.get(commit) ?? taken) === taken);
}
