/** A transaction of etcd as a commit, and the commit's result as etcd's answer. Pure. */
import type { Commit, CommitResult, Compare, DeleteOperation, Operation, OperationResult, PutOperation } from '@rollcall/core';
import type { etcd } from '@rollcall/wire';
import { refuse } from './errors.js';
import { innerHeader } from './identity.js';
import { rangeOf, rangeResponseOf, readingOf } from './ranges.js';

export function commitOf({ compare, success, failure }: etcd.TxnRequest): Commit {
  return { when: compare.map(compareOf), then: success.map(operationOf), else: failure.map(operationOf) };
}

export function putOf({ key, value, lease, ignoreValue, ignoreLease }: etcd.PutRequest): PutOperation {
  return { type: 'put', key, value: ignoreValue ? 'keep' : value, ...(ignoreLease ? { lease: 'keep' } : lease === 0n ? {} : { lease }) };
}

export function deletionOf(request: etcd.DeleteRangeRequest): DeleteOperation {
  return { type: 'delete', range: rangeOf(request) };
}

function operationOf({ requestRange, requestPut, requestDeleteRange, requestTxn }: etcd.RequestOp): Operation {
  if (requestRange !== null) {
    // Alone it would be read as of now; within a transaction etcd takes it for one of long ago.
    const longAgo = requestRange.revision < 0 ? { revision: 0 } : {};
    return { type: 'get', ...readingOf(requestRange), ...longAgo };
  }
  if (requestPut !== null) return putOf(requestPut);
  if (requestDeleteRange !== null) return deletionOf(requestDeleteRange);
  if (requestTxn !== null) return { type: 'commit', ...commitOf(requestTxn) };
  throw refuse('keyNotFound');
}

const relations = { EQUAL: '=', NOT_EQUAL: '!=', GREATER: '>', LESS: '<' } as const;

function compareOf(compare: etcd.Compare): Compare {
  const { result, target, version, createRevision, modRevision, value, lease } = compare;
  const range = rangeOf({ key: compare.key, rangeEnd: compare.rangeEnd });
  // What nobody knows how to compare holds, as it does there.
  if (result === 'UNKNOWN' || target === 'UNKNOWN') return { range, is: '>', target: 'version', operand: -1 };
  const is = relations[result];
  switch (target) {
    case 'VERSION':
      return { range, is, target: 'version', operand: version };
    case 'CREATE':
      return { range, is, target: 'create', operand: createRevision };
    case 'MOD':
      return { range, is, target: 'mod', operand: modRevision };
    case 'VALUE':
      return { range, is, target: 'value', operand: value };
    case 'LEASE':
      return { range, is, target: 'lease', operand: lease };
  }
}

/** What an answer within a transaction says of the log, which moves with the first write before it. */
interface Progress {
  readonly after: number;
  changed: boolean;
}

export function txnResponseOf(request: etcd.TxnRequest, result: CommitResult, header: etcd.ResponseHeader): etcd.TxnResponse {
  return responseOf(request, result, header, { after: result.revision, changed: !changedAnything(result) });
}

function responseOf(request: etcd.TxnRequest, result: CommitResult, header: etcd.ResponseHeader, progress: Progress): etcd.TxnResponse {
  const operations = result.succeeded ? request.success : request.failure;
  const responses = operations.map((operation, at) => operationResponseOf(operation, result.results[at] as OperationResult, progress));
  return { header, succeeded: result.succeeded, responses };
}

/** `changed` begins as true where nothing is changed at all: then the log stands where it stood. */
function revisionAt({ after, changed }: Progress): number {
  return changed ? after : after - 1;
}

function changedAnything({ results }: CommitResult): boolean {
  return results.some(
    (one) => one.type === 'put' || (one.type === 'delete' && one.previous.length > 0) || (one.type === 'commit' && changedAnything(one)),
  );
}

const nothing: etcd.ResponseOp = { responseRange: null, responsePut: null, responseDeleteRange: null, responseTxn: null };

function operationResponseOf(operation: etcd.RequestOp, result: OperationResult, progress: Progress): etcd.ResponseOp {
  const { requestRange, requestPut, requestDeleteRange, requestTxn } = operation;
  if (requestRange !== null && result.type === 'get') {
    return { ...nothing, responseRange: rangeResponseOf(requestRange, result, innerHeader(revisionAt(progress))) };
  }
  if (requestPut !== null && result.type === 'put') {
    progress.changed = true;
    return { ...nothing, responsePut: { header: innerHeader(progress.after), prevKv: requestPut.prevKv ? result.previous : null } };
  }
  if (requestDeleteRange !== null && result.type === 'delete') {
    if (result.previous.length > 0) progress.changed = true;
    return { ...nothing, responseDeleteRange: deleteResponseOf(requestDeleteRange, result, innerHeader(revisionAt(progress))) };
  }
  if (requestTxn !== null && result.type === 'commit') {
    return { ...nothing, responseTxn: responseOf(requestTxn, result, innerHeader(0), progress) };
  }
  throw new Error(`A commit answered ${result.type} to something else.`);
}

export function deleteResponseOf(
  { prevKv }: etcd.DeleteRangeRequest,
  { previous }: OperationResult & { readonly type: 'delete' },
  header: etcd.ResponseHeader,
): etcd.DeleteRangeResponse {
  return { header, deleted: previous.length, prevKvs: prevKv ? previous : [] };
}
