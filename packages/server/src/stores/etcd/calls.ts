/** The calls that are made of an etcd: their paths, and how what is said is written and read. */
import {
  ProtoReader,
  ProtoWriter,
  readAuthenticated,
  readLease,
  readLeases,
  readLeaseTimeToLive,
  readOnlyHeader,
  readRangeResponse,
  readStatus,
  readTransactionResponse,
  writeAuthenticate,
  writeCompactionRequest,
  writeLeaseGrant,
  writeLeaseId,
  writeLeaseTimeToLive,
  writeRangeRequest,
  writeTransaction,
  type EtcdCredentials,
  type EtcdHeader,
  type EtcdLease,
  type EtcdLeaseGrant,
  type EtcdLeaseTimeToLive,
  type EtcdRangeRequest,
  type EtcdRangeResponse,
  type EtcdStatus,
  type EtcdTransaction,
  type EtcdTransactionResponse,
} from '@rollcall/wire';

export interface UnaryCall<Request, Answer> {
  readonly path: string;
  readonly write: (request: Request) => Buffer;
  readonly read: (bytes: Uint8Array) => Answer;
  /** Making it twice is as good as making it once. */
  readonly repeatable: boolean;
}

function unary<Request, Answer>(
  path: string,
  repeatable: boolean,
  write: (request: Request, writer: ProtoWriter) => void,
  read: (reader: ProtoReader) => Answer,
): UnaryCall<Request, Answer> {
  return {
    path: `/etcdserverpb.${path}`,
    repeatable,
    write: (request) => written((writer) => write(request, writer)),
    read: reading(read),
  };
}

export function written(write: (writer: ProtoWriter) => void): Buffer {
  const writer = new ProtoWriter();
  write(writer);
  const bytes = writer.finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function reading<Answer>(read: (reader: ProtoReader) => Answer): (bytes: Uint8Array) => Answer {
  return (bytes) => read(new ProtoReader(bytes));
}

const nothing = (): void => undefined;

/** Answers with a header that is linearizable: it tells where the log stands. */
export const range: UnaryCall<EtcdRangeRequest, EtcdRangeResponse> = unary('KV/Range', true, writeRangeRequest, readRangeResponse);
export const transaction: UnaryCall<EtcdTransaction, EtcdTransactionResponse> = unary(
  'KV/Txn',
  false,
  writeTransaction,
  readTransactionResponse,
);
export const compact: UnaryCall<number, EtcdHeader> = unary('KV/Compact', true, writeCompactionRequest, readOnlyHeader);
export const grantLease: UnaryCall<EtcdLeaseGrant, EtcdLease> = unary('Lease/LeaseGrant', false, writeLeaseGrant, readLease);
export const revokeLease: UnaryCall<bigint, EtcdHeader> = unary('Lease/LeaseRevoke', false, writeLeaseId, readOnlyHeader);
export const lookAtLease: UnaryCall<bigint, EtcdLeaseTimeToLive> = unary(
  'Lease/LeaseTimeToLive',
  true,
  writeLeaseTimeToLive,
  readLeaseTimeToLive,
);
export const listLeases: UnaryCall<undefined, readonly bigint[]> = unary('Lease/LeaseLeases', true, nothing, readLeases);
export const askStatus: UnaryCall<undefined, EtcdStatus> = unary('Maintenance/Status', true, nothing, readStatus);
export const authenticate: UnaryCall<EtcdCredentials, string> = unary('Auth/Authenticate', true, writeAuthenticate, readAuthenticated);

export const watchPath = '/etcdserverpb.Watch/Watch';
export const keepLeasePath = '/etcdserverpb.Lease/LeaseKeepAlive';
