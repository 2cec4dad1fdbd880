/** What etcd looks at before it does anything, in its order. Pure. */
import { COMMIT_OPERATIONS_MAX } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { refuse } from './errors.js';

/** etcd's `--max-request-bytes`, with what it puts round a request before it weighs it (a byte more in half of all etcds). */
const REQUEST_BYTES_MAX = 1536 * 1024;
const ENVELOPE_BYTES = 17;

export function checkRange({ key, sortOrder, sortTarget }: etcd.RangeRequest): void {
  if (key.length === 0) throw refuse('emptyKey');
  if (sortOrder === 'UNKNOWN' || sortTarget === 'UNKNOWN') throw refuse('invalidSortOption');
}

export function checkPut({ key, value, lease, ignoreValue, ignoreLease }: etcd.PutRequest): void {
  if (key.length === 0) throw refuse('emptyKey');
  if (ignoreValue && value.length > 0) throw refuse('valueProvided');
  if (ignoreLease && lease !== 0n) throw refuse('leaseProvided');
}

export function checkDelete({ key }: etcd.DeleteRangeRequest): void {
  if (key.length === 0) throw refuse('emptyKey');
}

/** All but whether a key is written twice, which the commit itself is asked. */
export function checkTxn({ compare, success, failure }: etcd.TxnRequest, allowed: number = COMMIT_OPERATIONS_MAX): void {
  const longest = Math.max(compare.length, success.length, failure.length);
  if (longest > allowed) throw refuse('tooManyOperations');
  for (const { key } of compare) if (key.length === 0) throw refuse('emptyKey');
  for (const operation of success) checkOperation(operation, allowed - longest);
  for (const operation of failure) checkOperation(operation, allowed - longest);
}

function checkOperation({ requestRange, requestPut, requestDeleteRange, requestTxn }: etcd.RequestOp, allowed: number): void {
  if (requestRange !== null) checkRange(requestRange);
  else if (requestPut !== null) checkPut(requestPut);
  else if (requestDeleteRange !== null) checkDelete(requestDeleteRange);
  else if (requestTxn !== null) checkTxn(requestTxn, allowed);
  else throw refuse('keyNotFound');
}

/** Writes only: what merely reads may be as large as the door lets it in. */
export function checkPutSize(request: etcd.PutRequest): void {
  if (request.key.length + request.value.length < SURELY_FITS_BYTES) return;
  checkSize(etcd.putRequest.encode(request));
}

export function checkDeleteSize(request: etcd.DeleteRangeRequest): void {
  if (request.key.length + request.rangeEnd.length < SURELY_FITS_BYTES) return;
  checkSize(etcd.deleteRangeRequest.encode(request));
}

export function checkTxnSize(request: etcd.TxnRequest): void {
  if (roughBytes(request) < SURELY_FITS_BYTES || isReadOnly(request)) return;
  checkSize(etcd.txnRequest.encode(request));
}

/** Whatever lies round it. */
const SURELY_FITS_BYTES = 1024 * 1024;

function checkSize(encoded: Uint8Array): void {
  if (encoded.length + ENVELOPE_BYTES > REQUEST_BYTES_MAX) throw refuse('requestTooLarge');
}

/** As etcd sees it: whatever has a transaction within it could write. */
function isReadOnly({ success, failure }: etcd.TxnRequest): boolean {
  return [...success, ...failure].every(({ requestRange }) => requestRange !== null);
}

/** More than the numbers of an operation can take, all in all. */
const OPERATION_BYTES_MAX = 128;

function roughBytes({ compare, success, failure }: etcd.TxnRequest): number {
  let bytes = 0;
  for (const { key, rangeEnd, value } of compare) bytes += OPERATION_BYTES_MAX + key.length + rangeEnd.length + value.length;
  for (const operation of success) bytes += roughOperationBytes(operation);
  for (const operation of failure) bytes += roughOperationBytes(operation);
  return bytes;
}

function roughOperationBytes({ requestRange, requestPut, requestDeleteRange, requestTxn }: etcd.RequestOp): number {
  const ranged = requestRange ?? requestDeleteRange;
  if (ranged !== null) return OPERATION_BYTES_MAX + ranged.key.length + ranged.rangeEnd.length;
  if (requestPut !== null) return OPERATION_BYTES_MAX + requestPut.key.length + requestPut.value.length;
  return requestTxn === null ? 0 : OPERATION_BYTES_MAX + roughBytes(requestTxn);
}
