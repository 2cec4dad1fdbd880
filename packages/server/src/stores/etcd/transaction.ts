/** A commit as etcd's transaction, and its answer as a commit's result. Pure. */
import {
  fromText,
  NO_LEASE,
  RollcallError,
  type Commit,
  type CommitResult,
  type Compare,
  type Entry,
  type GetOperation,
  type Operation,
  type OperationResult,
  type PutOperation,
  type RangeRequest,
  type RangeResult,
} from '@rollcall/core';
import type {
  EtcdCompare,
  EtcdKeyValue,
  EtcdOperation,
  EtcdOperationResponse,
  EtcdRangeRequest,
  EtcdRangeResponse,
  EtcdTransaction,
  EtcdTransactionResponse,
} from '@rollcall/wire';
import { NOTHING, type Keyspace } from './keyspace.js';
import type { PastGets } from './past-gets.js';

const NO_VALUE = new Uint8Array(0);

/** What is known of a commit beside its words. */
export interface CommitContext {
  readonly keyspace: Keyspace;
  readonly past: PastGets;
}

export function transactionOf(commit: Commit, context: CommitContext): EtcdTransaction {
  return {
    compares: (commit.when ?? []).map((compare) => compareOf(compare, context.keyspace)),
    success: commit.then.map((operation) => operationOf(operation, context)),
    failure: (commit.else ?? []).map((operation) => operationOf(operation, context)),
  };
}

function compareOf(compare: Compare, keyspace: Keyspace): EtcdCompare {
  const { is, target, operand } = compare;
  return { is, ...keyspace.range(compare.range), against: { target, operand } as EtcdCompare['against'] };
}

function operationOf(operation: Operation, context: CommitContext): EtcdOperation {
  const { keyspace } = context;
  switch (operation.type) {
    case 'put':
      return putOf(operation, keyspace);
    case 'delete':
      return { type: 'delete', ...keyspace.range(operation.range), previous: true };
    case 'get':
      return getOf(operation, context);
    case 'commit':
      return { type: 'transaction', ...transactionOf(operation, context) };
  }
}

function putOf({ key, value, lease = NO_LEASE }: PutOperation, keyspace: Keyspace): EtcdOperation {
  return {
    type: 'put',
    key: keyspace.outer(key),
    value: value === 'keep' ? NO_VALUE : value,
    lease: lease === 'keep' ? NO_LEASE : lease,
    previous: true,
    keepsValue: value === 'keep',
    keepsLease: lease === 'keep',
  };
}

/** Of the past: nothing in its place, since it is read already; or what nobody carries out, since it is refused. */
function getOf(operation: GetOperation, { keyspace, past }: CommitContext): EtcdOperation {
  const refusal = [...past.refused.keys()].indexOf(operation);
  if (refusal >= 0) {
    const key = fromText(`${NEVER_THERE}${refusal}`);
    return { type: 'put', key, value: NO_VALUE, lease: NO_LEASE, previous: false, keepsValue: true, keepsLease: false };
  }
  return past.found.has(operation) ? { type: 'range', ...NOTHING } : { type: 'range', ...rangeOf(operation, keyspace) };
}

/** Keys that nobody writes: keeping the value of one is refused. */
const NEVER_THERE = '\u{1}rollcall-never-';

/** Which branches a commit would take, and nothing else: it asks, and changes nothing. */
export function branchesOf(commit: Commit, keyspace: Keyspace): EtcdTransaction {
  const asked = (operation: Operation): EtcdOperation =>
    operation.type === 'commit' ? { type: 'transaction', ...branchesOf(operation, keyspace) } : { type: 'range', ...NOTHING };
  return {
    compares: (commit.when ?? []).map((compare) => compareOf(compare, keyspace)),
    success: commit.then.map(asked),
    failure: (commit.else ?? []).map(asked),
  };
}

/** The operations in the branches that are taken, in order. */
export function takenOf(commit: Commit, { succeeded, responses }: EtcdTransactionResponse): readonly Operation[] {
  const branch = succeeded ? commit.then : (commit.else ?? []);
  return branch.flatMap((operation, at) => {
    const response = responses[at];
    return operation.type === 'commit' && response?.type === 'transaction' ? takenOf(operation, response) : [operation];
  });
}

/** etcd takes a limit of 0 for none: who wants no entries asks for one, and it is left out of the answer. */
export function rangeOf(request: RangeRequest, keyspace: Keyspace): EtcdRangeRequest {
  const { limit, revision, keysOnly, minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return {
    ...keyspace.range(request.range),
    ...(limit === undefined ? {} : { limit: Math.max(limit, 1) }),
    ...(revision === undefined ? {} : { revision }),
    keysOnly: keysOnly === true || limit === 0,
    minModRevision: minModRevision ?? 0,
    maxModRevision: maxModRevision ?? 0,
    minCreateRevision: minCreateRevision ?? 0,
    maxCreateRevision: maxCreateRevision ?? 0,
  };
}

/** `revision` is where the log stands. */
export function rangeResultOf(request: RangeRequest, response: EtcdRangeResponse, keyspace: Keyspace, revision: number): RangeResult {
  const none = request.limit === 0;
  return {
    revision,
    entries: none ? [] : response.kvs.map((kv) => entryOf(kv, keyspace)),
    more: none ? response.kvs.length > 0 : response.more,
    ...(request.count === true ? { count: response.count } : {}),
  };
}

export function entryOf(kv: EtcdKeyValue, keyspace: Keyspace): Entry {
  return { ...kv, key: keyspace.inner(kv.key) };
}

export function commitResultOf(commit: Commit, response: EtcdTransactionResponse, context: CommitContext, revision: number): CommitResult {
  const branch = response.succeeded ? commit.then : (commit.else ?? []);
  const results = branch.map((operation, at) => resultOf(operation, response.responses[at], context, revision));
  return { revision, succeeded: response.succeeded, results };
}

function resultOf(
  operation: Operation,
  response: EtcdOperationResponse | undefined,
  context: CommitContext,
  revision: number,
): OperationResult {
  const { keyspace, past } = context;
  if (operation.type === 'put' && response?.type === 'put') {
    return { type: 'put', previous: response.previous === null ? null : entryOf(response.previous, keyspace) };
  }
  if (operation.type === 'delete' && response?.type === 'delete') {
    return { type: 'delete', previous: response.previous.map((kv) => entryOf(kv, keyspace)) };
  }
  if (operation.type === 'get' && response?.type === 'range') {
    const found = past.found.get(operation);
    return { type: 'get', ...(found === undefined ? rangeResultOf(operation, response, keyspace, revision) : { ...found, revision }) };
  }
  if (operation.type === 'commit' && response?.type === 'transaction') {
    return { type: 'commit', ...commitResultOf(operation, response, context, revision) };
  }
  throw new RollcallError('outcome-unknown', `etcd answers a ${operation.type} with ${response?.type ?? 'nothing'}.`);
}
