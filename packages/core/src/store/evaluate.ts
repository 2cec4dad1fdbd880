/**
 * What a commit would do to a state, decided without doing it. Pure: the engines differ in where the state
 * lies and how the changes become durable, never in what a commit means.
 */
import { RollcallError } from '../errors.js';
import {
  NO_LEASE,
  type Change,
  type Commit,
  type CommitResult,
  type Compare,
  type DeleteOperation,
  type Entry,
  type LeaseId,
  type Operation,
  type OperationResult,
  type PutOperation,
} from '../ports/store.js';
import { compareBytes, toText } from './bytes.js';
import { singleKeyText, type TextRange } from './key-range.js';
import { emptyLayer, overlay, setChange, type Layer } from './overlay.js';
import { readRange } from './read-range.js';
import { entriesIn, type Reader } from './reader.js';

export interface State {
  /** Where the log stands before the commit. */
  readonly revision: number;
  readonly reader: Reader;
  readonly hasLease: (id: LeaseId) => boolean;
  /** Throws for a revision that can't be read, else shows the state as of it. For gets that name one. */
  readonly readerAt: (revision: number) => Reader;
}

export interface Evaluation {
  readonly result: CommitResult;
  /** Empty if the commit changes nothing; then no revision is taken. */
  readonly changes: readonly Change[];
}

/** Throws, with nothing decided, for what a commit cannot do in this state. */
export function evaluate(commit: Commit, state: State): Evaluation {
  return new CommitEvaluation(commit, state).run();
}

class CommitEvaluation {
  readonly #commit: Commit;
  readonly #state: State;
  readonly #revision: number;
  readonly #before: Before;
  #changes: Change[] = [];
  /** Those, nested ones too, one of whose compares did not hold. */
  #failed: Commit[] | null = null;
  /** The state with the first so many changes laid over it: most commits never look at what they wrote. */
  #layer: Layer | null = null;
  #layered = 0;
  #layerReader: Reader | null = null;

  constructor(commit: Commit, state: State) {
    this.#commit = commit;
    this.#state = state;
    this.#revision = state.revision + 1;
    this.#before = new Before(state.reader);
  }

  run(): Evaluation {
    this.#judge(this.#commit);
    const result = this.#apply(this.#commit);
    if (this.#changes.length > 0) return { result, changes: this.#changes };
    return { result: withRevision(result, this.#state.revision), changes: [] };
  }

  /** All compares first, nested ones too: they see the state before the commit. */
  #judge(commit: Commit): void {
    const succeeded = commit.when === undefined || this.#holdAll(commit.when);
    if (!succeeded) (this.#failed ??= []).push(commit);
    for (const operation of branch(commit, succeeded)) if (operation.type === 'commit') this.#judge(operation);
  }

  #holdAll(compares: readonly Compare[]): boolean {
    for (const compare of compares) if (!holds(compare, this.#before)) return false;
    return true;
  }

  #apply(commit: Commit): CommitResult {
    const succeeded = this.#failed === null || !this.#failed.includes(commit);
    const results = branch(commit, succeeded).map((operation) => this.#operate(operation));
    return { revision: this.#revision, succeeded, results };
  }

  /** What the operations before this one made of the state. */
  get #reader(): Reader {
    if (this.#changes.length === 0) return this.#before;
    this.#layer ??= emptyLayer();
    for (; this.#layered < this.#changes.length; this.#layered++) setChange(this.#layer, this.#changes[this.#layered] as Change);
    return (this.#layerReader ??= overlay(this.#layer, this.#before));
  }

  #operate(operation: Operation): OperationResult {
    switch (operation.type) {
      case 'put':
        return { type: 'put', previous: this.#put(operation) };
      case 'delete':
        return { type: 'delete', previous: this.#delete(operation) };
      case 'get': {
        const reader = operation.revision === undefined ? this.#reader : this.#state.readerAt(operation.revision);
        return { type: 'get', ...readRange(reader, operation, this.#revision) };
      }
      case 'commit':
        return { type: 'commit', ...this.#apply(operation) };
    }
  }

  #put(operation: PutOperation): Entry | null {
    // No commit writes a key twice: what a put finds is what was there before all of it.
    const previous = this.#before.found(toText(operation.key)) ?? null;
    const entry: Entry = {
      key: operation.key,
      value: operation.value === 'keep' ? kept(previous).value : operation.value,
      createRevision: previous?.createRevision ?? this.#revision,
      modRevision: this.#revision,
      version: (previous?.version ?? 0) + 1,
      lease: this.#leaseOf(operation, previous),
    };
    this.#add({ type: 'put', entry, previous });
    return previous;
  }

  #add(change: Change): void {
    // A list that grows from nothing takes room for many, and most never get a second one.
    if (this.#changes.length === 0) this.#changes = [change];
    else this.#changes.push(change);
  }

  #leaseOf(operation: PutOperation, previous: Entry | null): LeaseId {
    const lease = operation.lease === 'keep' ? kept(previous).lease : (operation.lease ?? NO_LEASE);
    if (lease !== NO_LEASE && !this.#state.hasLease(lease)) throw leaseNotFound(lease);
    return lease;
  }

  #delete(operation: DeleteOperation): Entry[] {
    const previous = [...entriesIn(this.#reader, operation.range)];
    for (const entry of previous) this.#add({ type: 'delete', key: entry.key, previous: entry });
    return previous;
  }
}

/** The state before the commit. What is compared is mostly written too, and not looked up again for that. */
class Before implements Reader {
  readonly #reader: Reader;
  #compared: Map<string, Entry | null> | null = null;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get(key: string): Entry | undefined {
    const compared = this.#compared?.get(key);
    if (compared !== undefined) return compared ?? undefined;
    const entry = this.#reader.get(key);
    (this.#compared ??= new Map()).set(key, entry ?? null);
    return entry;
  }

  /** For who looks it up only once. */
  found(key: string): Entry | undefined {
    const compared = this.#compared?.get(key);
    return compared === undefined ? this.#reader.get(key) : (compared ?? undefined);
  }

  entries(range: TextRange): Iterable<Entry> {
    return this.#reader.entries(range);
  }
}

export function leaseNotFound(id: LeaseId): RollcallError {
  return new RollcallError('lease-not-found', `There is no lease ${id.toString(16)}: it expired, was revoked or was never granted.`);
}

function branch(commit: Commit, succeeded: boolean): readonly Operation[] {
  return succeeded ? commit.then : (commit.else ?? []);
}

function kept(previous: Entry | null): Entry {
  if (previous === null) throw new RollcallError('not-found', 'A put keeps the value or the lease of a key that does not exist.');
  return previous;
}

/** A commit without changes answers the revision at which it found the log, in its gets too. */
function withRevision(result: CommitResult, revision: number): CommitResult {
  const results = result.results.map((one): OperationResult => {
    if (one.type === 'get') return { ...one, revision };
    if (one.type === 'commit') return { type: 'commit', ...withRevision(one, revision) };
    return one;
  });
  return { ...result, revision, results };
}

const missing: Compared = { value: new Uint8Array(0), createRevision: 0, modRevision: 0, version: 0, lease: NO_LEASE };

/** On a range: for every key that it holds; one without any is treated as a missing key. */
function holds(compare: Compare, reader: Reader): boolean {
  const key = singleKeyText(compare.range);
  if (key !== null) {
    const entry = reader.get(key);
    return entry === undefined ? compare.target !== 'value' && holdsFor(compare, missing) : holdsFor(compare, entry);
  }
  let found = false;
  for (const entry of entriesIn(reader, compare.range)) {
    found = true;
    if (!holdsFor(compare, entry)) return false;
  }
  return found || (compare.target !== 'value' && holdsFor(compare, missing));
}

type Compared = Omit<Entry, 'key'>;

function holdsFor(compare: Compare, entry: Compared): boolean {
  const order = compareTarget(compare, entry);
  switch (compare.is) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
  }
}

function compareTarget(compare: Compare, entry: Compared): number {
  switch (compare.target) {
    case 'create':
      return entry.createRevision - compare.operand;
    case 'mod':
      return entry.modRevision - compare.operand;
    case 'version':
      return entry.version - compare.operand;
    case 'lease':
      return entry.lease < compare.operand ? -1 : entry.lease > compare.operand ? 1 : 0;
    case 'value':
      return compareBytes(entry.value, compare.operand);
  }
}
