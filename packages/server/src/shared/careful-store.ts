/**
 * Stands in front of every engine and meets misuse once, so that engines hold only the happy path: calls
 * after the close, calls of those who gave up, commits against the rules, buffers that the caller goes on using.
 */
import {
  checkCommit,
  RollcallError,
  type Abort,
  type CallOptions,
  type Commit,
  type CommitResult,
  type Compare,
  type Contact,
  type KeyRange,
  type Lease,
  type LeaseId,
  type Operation,
  type RangeRequest,
  type RangeResult,
  type Store,
  type StoreStatus,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';
import { ownBytes } from './own-bytes.js';

/** etcd's largest ttl: 9,000,000,000 seconds. */
const LEASE_TTL_MAX_MS = 9_000_000_000_000;

const noOptions: CallOptions = {};

export class CarefulStore implements Store {
  readonly #engine: Store;
  #closing: Promise<void> | null = null;

  constructor(engine: Store) {
    this.#engine = engine;
  }

  get contact(): Contact | undefined {
    return this.#engine.contact;
  }

  async range(request: RangeRequest, options: CallOptions = {}): Promise<RangeResult> {
    this.#checkOpen(options);
    if (request.revision !== undefined) checkWhole('revision', request.revision);
    if (request.limit !== undefined) checkWhole('limit', request.limit);
    return unlessAborted(this.#engine.range({ ...request, range: ownRange(request.range) }), options.signal);
  }

  async commit(commit: Commit, options: CallOptions = noOptions): Promise<CommitResult> {
    this.#checkOpen(options);
    checkCommit(commit);
    return unlessAborted(this.#engine.commit(options.given === true ? commit : ownCommit(commit)), options.signal);
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    this.#checkOpen();
    if (request.fromRevision !== undefined) checkWhole('fromRevision', request.fromRevision);
    return this.#engine.watch({ ...request, range: ownRange(request.range) }, sink);
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    checkWhole('revision', revision);
    return this.#engine.compact(revision);
  }

  async grantLease(request: { readonly ttlMs: number; readonly id?: LeaseId }): Promise<{ readonly id: LeaseId; readonly ttlMs: number }> {
    this.#checkOpen();
    if (!(request.ttlMs > 0 && request.ttlMs <= LEASE_TTL_MAX_MS)) {
      throw invalid('ttlMs', request.ttlMs, `a number above 0 and at most ${LEASE_TTL_MAX_MS}`);
    }
    if (request.id !== undefined && !(request.id > 0n && request.id < 2n ** 63n))
      throw invalid('id', request.id, 'a positive 64-bit number');
    return this.#engine.grantLease(request);
  }

  async keepLease(id: LeaseId): Promise<{ readonly ttlMs: number }> {
    this.#checkOpen();
    return this.#engine.keepLease(id);
  }

  async revokeLease(id: LeaseId): Promise<{ readonly revision: number }> {
    this.#checkOpen();
    return this.#engine.revokeLease(id);
  }

  async lease(id: LeaseId): Promise<Lease> {
    this.#checkOpen();
    return this.#engine.lease(id);
  }

  async leases(): Promise<readonly LeaseId[]> {
    this.#checkOpen();
    return this.#engine.leases();
  }

  async status(): Promise<StoreStatus> {
    this.#checkOpen();
    return this.#engine.status();
  }

  close(): Promise<void> {
    this.#closing ??= this.#engine.close();
    return this.#closing;
  }

  #checkOpen({ signal }: CallOptions = {}): void {
    if (this.#closing !== null) throw new RollcallError('store-closed', 'The store is closed.');
    if (signal?.aborted === true) throw aborted(signal);
  }
}

/** The work goes on; only the waiting ends. */
function unlessAborted<Result>(work: Promise<Result>, signal: Abort | undefined): Promise<Result> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(aborted(signal));
    signal.addEventListener('abort', giveUp, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

function aborted(signal: Abort): RollcallError {
  return new RollcallError('aborted', 'The caller gave up waiting.', {}, { cause: signal.reason });
}

function checkWhole(field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(field, value, 'a whole number from 0 on');
}

function invalid(field: string, came: number | bigint, allowed: string): RollcallError {
  return new RollcallError('invalid-request', `${field} is ${came}; allowed is ${allowed}.`, { field });
}

function ownRange({ from, to }: KeyRange): KeyRange {
  return { from: ownBytes(from), to: to === null ? null : ownBytes(to) };
}

function ownCommit(commit: Commit): Commit {
  const then = commit.then.map(ownOperation);
  if (commit.when === undefined && commit.else === undefined) return { then };
  return {
    then,
    ...(commit.when === undefined ? {} : { when: commit.when.map(ownCompare) }),
    ...(commit.else === undefined ? {} : { else: commit.else.map(ownOperation) }),
  };
}

function ownCompare(compare: Compare): Compare {
  const range = ownRange(compare.range);
  return compare.target === 'value' ? { ...compare, range, operand: ownBytes(compare.operand) } : { ...compare, range };
}

function ownOperation(operation: Operation): Operation {
  switch (operation.type) {
    case 'put':
      return { ...operation, key: ownBytes(operation.key), value: operation.value === 'keep' ? 'keep' : ownBytes(operation.value) };
    case 'delete':
    case 'get':
      return { ...operation, range: ownRange(operation.range) };
    case 'commit':
      return { type: 'commit', ...ownCommit(operation) };
  }
}
