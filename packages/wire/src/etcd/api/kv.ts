/** etcd's `mvccpb` and `etcdserverpb.KV`: keys and values, ranges, puts, deletions, transactions, compaction. */
import {
  bool,
  bytes,
  choice,
  id,
  int64,
  list,
  message,
  one,
  optional,
  uint64,
  type Message,
  type UNKNOWN,
  writtenBy,
} from '../../protobuf/message.js';
import { ProtoWriter } from '../../protobuf/writer.js';

export interface ResponseHeader {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly revision: number;
  readonly raftTerm: bigint;
}

/** It stands in every answer, and but for its revision it is always the same: all else is kept as bytes. */
export const responseHeader: Message<ResponseHeader> = writtenBy(
  message('etcdserverpb.ResponseHeader', { clusterId: uint64(1), memberId: uint64(2), revision: int64(3), raftTerm: uint64(4) }),
  (header, writer) => void writer.written(identityBytes(header)).number(3, header.revision),
);

let latest: { readonly header: ResponseHeader; readonly bytes: Uint8Array } | null = null;

function identityBytes(header: ResponseHeader): Uint8Array {
  const { clusterId, memberId, raftTerm } = header;
  const like = latest?.header;
  if (latest !== null && like?.clusterId === clusterId && like.memberId === memberId && like.raftTerm === raftTerm) return latest.bytes;
  const bytes = new ProtoWriter().bigint(1, clusterId).bigint(2, memberId).bigint(4, raftTerm).finish();
  // Answers within transactions have none of it.
  if (clusterId !== 0n) latest = { header, bytes };
  return bytes;
}

/** Of an answer that has nothing but its header. */
export interface HeaderOnly {
  readonly header: ResponseHeader;
}

function headerOnly(name: string): Message<HeaderOnly> {
  return message(name, { header: one(1, responseHeader) });
}

export interface KeyValue {
  readonly key: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly value: Uint8Array;
  readonly lease: bigint;
}

export const keyValue: Message<KeyValue> = message('mvccpb.KeyValue', {
  key: bytes(1),
  createRevision: int64(2),
  modRevision: int64(3),
  version: int64(4),
  value: bytes(5),
  lease: id(6),
});

/** `rangeEnd`: empty for the one key, a single zero byte for everything from the key on. */
export interface RangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** 0: no limit. */
  readonly limit: number;
  /** 0: now. */
  readonly revision: number;
  readonly sortOrder: 'NONE' | 'ASCEND' | 'DESCEND' | typeof UNKNOWN;
  readonly sortTarget: 'KEY' | 'VERSION' | 'CREATE' | 'MOD' | 'VALUE' | typeof UNKNOWN;
  readonly serializable: boolean;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
}

export const rangeRequest: Message<RangeRequest> = message('etcdserverpb.RangeRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  limit: int64(3),
  revision: int64(4),
  sortOrder: choice(5, ['NONE', 'ASCEND', 'DESCEND']),
  sortTarget: choice(6, ['KEY', 'VERSION', 'CREATE', 'MOD', 'VALUE']),
  serializable: bool(7),
  keysOnly: bool(8),
  countOnly: bool(9),
  minModRevision: int64(10),
  maxModRevision: int64(11),
  minCreateRevision: int64(12),
  maxCreateRevision: int64(13),
});

export interface RangeResponse {
  readonly header: ResponseHeader;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: number;
}

export const rangeResponse: Message<RangeResponse> = message('etcdserverpb.RangeResponse', {
  header: one(1, responseHeader),
  kvs: list(2, keyValue),
  more: bool(3),
  count: int64(4),
});

export interface PutRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease: bigint;
  readonly prevKv: boolean;
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
}

export const putRequest: Message<PutRequest> = message('etcdserverpb.PutRequest', {
  key: bytes(1),
  value: bytes(2),
  lease: id(3),
  prevKv: bool(4),
  ignoreValue: bool(5),
  ignoreLease: bool(6),
});

export interface PutResponse {
  readonly header: ResponseHeader;
  readonly prevKv: KeyValue | null;
}

export const putResponse: Message<PutResponse> = message('etcdserverpb.PutResponse', {
  header: one(1, responseHeader),
  prevKv: optional(2, keyValue),
});

export interface DeleteRangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly prevKv: boolean;
}

export const deleteRangeRequest: Message<DeleteRangeRequest> = message('etcdserverpb.DeleteRangeRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  prevKv: bool(3),
});

export interface DeleteRangeResponse {
  readonly header: ResponseHeader;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
}

export const deleteRangeResponse: Message<DeleteRangeResponse> = message('etcdserverpb.DeleteRangeResponse', {
  header: one(1, responseHeader),
  deleted: int64(2),
  prevKvs: list(3, keyValue),
});

/** Of the operands the one that belongs to the target counts; the others are as if they were not there. */
export interface Compare {
  readonly result: 'EQUAL' | 'GREATER' | 'LESS' | 'NOT_EQUAL' | typeof UNKNOWN;
  readonly target: 'VERSION' | 'CREATE' | 'MOD' | 'VALUE' | 'LEASE' | typeof UNKNOWN;
  readonly key: Uint8Array;
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly value: Uint8Array;
  readonly lease: bigint;
  readonly rangeEnd: Uint8Array;
}

export const compare: Message<Compare> = message('etcdserverpb.Compare', {
  result: choice(1, ['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL']),
  target: choice(2, ['VERSION', 'CREATE', 'MOD', 'VALUE', 'LEASE']),
  key: bytes(3),
  version: int64(4),
  createRevision: int64(5),
  modRevision: int64(6),
  value: bytes(7),
  lease: id(8),
  rangeEnd: bytes(64),
});

/** At most one of them is there. */
export interface RequestOp {
  readonly requestRange: RangeRequest | null;
  readonly requestPut: PutRequest | null;
  readonly requestDeleteRange: DeleteRangeRequest | null;
  readonly requestTxn: TxnRequest | null;
}

export const requestOp: Message<RequestOp> = message('etcdserverpb.RequestOp', () => ({
  requestRange: optional(1, rangeRequest),
  requestPut: optional(2, putRequest),
  requestDeleteRange: optional(3, deleteRangeRequest),
  requestTxn: optional(4, txnRequest),
}));

/** At most one of them is there. */
export interface ResponseOp {
  readonly responseRange: RangeResponse | null;
  readonly responsePut: PutResponse | null;
  readonly responseDeleteRange: DeleteRangeResponse | null;
  readonly responseTxn: TxnResponse | null;
}

export const responseOp: Message<ResponseOp> = message('etcdserverpb.ResponseOp', () => ({
  responseRange: optional(1, rangeResponse),
  responsePut: optional(2, putResponse),
  responseDeleteRange: optional(3, deleteRangeResponse),
  responseTxn: optional(4, txnResponse),
}));

export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}

export const txnRequest: Message<TxnRequest> = message('etcdserverpb.TxnRequest', {
  compare: list(1, compare),
  success: list(2, requestOp),
  failure: list(3, requestOp),
});

export interface TxnResponse {
  readonly header: ResponseHeader;
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}

export const txnResponse: Message<TxnResponse> = message('etcdserverpb.TxnResponse', {
  header: one(1, responseHeader),
  succeeded: bool(2),
  responses: list(3, responseOp),
});

export interface CompactionRequest {
  readonly revision: number;
  readonly physical: boolean;
}

export const compactionRequest: Message<CompactionRequest> = message('etcdserverpb.CompactionRequest', {
  revision: int64(1),
  physical: bool(2),
});

export const compactionResponse: Message<HeaderOnly> = headerOnly('etcdserverpb.CompactionResponse');
