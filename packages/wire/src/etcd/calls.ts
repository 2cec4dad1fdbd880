/** The calls that are made of an etcd: their paths, how what is asked is written, and how what is answered is read. */
import type { ProtoReader } from '../protobuf/reader.js';
import { decodingProto, encodeProto } from '../protobuf/whole.js';
import type { ProtoWriter } from '../protobuf/writer.js';
import {
  readOnlyHeader,
  readRangeResponse,
  writeCompactionRequest,
  writeRangeRequest,
  type EtcdHeader,
  type EtcdRangeRequest,
  type EtcdRangeResponse,
} from './kv.js';
import {
  readLease,
  readLeases,
  readLeaseTimeToLive,
  writeLeaseGrant,
  writeLeaseId,
  writeLeaseTimeToLive,
  type EtcdLease,
  type EtcdLeaseGrant,
  type EtcdLeases,
  type EtcdLeaseTimeToLive,
} from './lease.js';
import {
  readAuthenticated,
  readStatus,
  writeAuthenticate,
  type EtcdAuthenticated,
  type EtcdCredentials,
  type EtcdStatus,
} from './maintenance.js';
import { readTransactionResponse, writeTransaction, type EtcdTransaction, type EtcdTransactionResponse } from './transaction.js';
import { readWatchResponse, type EtcdWatchResponse } from './watch.js';

/** What is answered on a stream. What may be said on it is more than one thing, and written by whoever says it. */
export interface EtcdStreamCall<Answer> {
  /** With its service: `/etcdserverpb.Watch/Watch`. */
  readonly path: string;
  readonly read: (bytes: Uint8Array) => Answer;
}

export interface EtcdCall<Request, Answer> extends EtcdStreamCall<Answer> {
  readonly write: (request: Request) => Uint8Array;
}

type Write<Request> = (request: Request, writer: ProtoWriter) => void;

function stream<Answer>(path: string, read: (reader: ProtoReader) => Answer): EtcdStreamCall<Answer> {
  return { path: `/etcdserverpb.${path}`, read: decodingProto(read) };
}

function unary<Request, Answer>(path: string, write: Write<Request>, read: (reader: ProtoReader) => Answer): EtcdCall<Request, Answer> {
  return { ...stream(path, read), write: (request) => encodeProto((writer) => write(request, writer)) };
}

const nothing = (): void => undefined;

export interface EtcdCalls {
  readonly range: EtcdCall<EtcdRangeRequest, EtcdRangeResponse>;
  readonly transaction: EtcdCall<EtcdTransaction, EtcdTransactionResponse>;
  readonly compact: EtcdCall<number, EtcdHeader>;
  readonly grantLease: EtcdCall<EtcdLeaseGrant, EtcdLease>;
  readonly revokeLease: EtcdCall<bigint, EtcdHeader>;
  readonly lookAtLease: EtcdCall<bigint, EtcdLeaseTimeToLive>;
  readonly listLeases: EtcdCall<undefined, EtcdLeases>;
  readonly status: EtcdCall<undefined, EtcdStatus>;
  readonly authenticate: EtcdCall<EtcdCredentials, EtcdAuthenticated>;
  readonly watch: EtcdStreamCall<EtcdWatchResponse>;
  readonly keepLeases: EtcdStreamCall<EtcdLease>;
}

export const etcdCalls: EtcdCalls = {
  range: unary('KV/Range', writeRangeRequest, readRangeResponse),
  transaction: unary('KV/Txn', writeTransaction, readTransactionResponse),
  compact: unary('KV/Compact', writeCompactionRequest, readOnlyHeader),
  grantLease: unary('Lease/LeaseGrant', writeLeaseGrant, readLease),
  revokeLease: unary('Lease/LeaseRevoke', writeLeaseId, readOnlyHeader),
  lookAtLease: unary('Lease/LeaseTimeToLive', writeLeaseTimeToLive, readLeaseTimeToLive),
  listLeases: unary('Lease/LeaseLeases', nothing, readLeases),
  status: unary('Maintenance/Status', nothing, readStatus),
  authenticate: unary('Auth/Authenticate', writeAuthenticate, readAuthenticated),
  watch: stream('Watch/Watch', readWatchResponse),
  keepLeases: stream('Lease/LeaseKeepAlive', readLease),
};
