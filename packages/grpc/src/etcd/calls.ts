/** What is asked of an etcd, and how it is written and read. Each may be asked twice: done again, it is as good. */
import {
  ProtoReader,
  ProtoWriter,
  readAuthenticated,
  readLease,
  readLeaseTimeToLive,
  readOnlyHeader,
  readRangeResponse,
  readTransactionResponse,
  writeAuthenticate,
  writeLeaseGrant,
  writeLeaseId,
  writeLeaseTimeToLive,
  writeRangeRequest,
  writeTransaction,
  type EtcdAuthenticated,
  type EtcdCredentials,
  type EtcdHeader,
  type EtcdLease,
  type EtcdLeaseGrant,
  type EtcdLeaseTimeToLive,
  type EtcdRangeRequest,
  type EtcdRangeResponse,
  type EtcdTransaction,
  type EtcdTransactionResponse,
} from '@rollcall/wire';

export interface UnaryCall<Request, Answer> {
  readonly path: string;
  readonly write: (request: Request) => Buffer;
  readonly read: (bytes: Uint8Array) => Answer;
}

function unary<Request, Answer>(
  path: string,
  write: (request: Request, writer: ProtoWriter) => void,
  read: (reader: ProtoReader) => Answer,
): UnaryCall<Request, Answer> {
  return { path: `/etcdserverpb.${path}`, write: (request) => written((writer) => write(request, writer)), read: reading(read) };
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

export const range: UnaryCall<EtcdRangeRequest, EtcdRangeResponse> = unary('KV/Range', writeRangeRequest, readRangeResponse);
export const transaction: UnaryCall<EtcdTransaction, EtcdTransactionResponse> = unary('KV/Txn', writeTransaction, readTransactionResponse);
export const grantLease: UnaryCall<EtcdLeaseGrant, EtcdLease> = unary('Lease/LeaseGrant', writeLeaseGrant, readLease);
export const revokeLease: UnaryCall<bigint, EtcdHeader> = unary('Lease/LeaseRevoke', writeLeaseId, readOnlyHeader);
export const lookAtLease: UnaryCall<bigint, EtcdLeaseTimeToLive> = unary(
  'Lease/LeaseTimeToLive',
  writeLeaseTimeToLive,
  readLeaseTimeToLive,
);
export const authenticate: UnaryCall<EtcdCredentials, EtcdAuthenticated> = unary('Auth/Authenticate', writeAuthenticate, readAuthenticated);

export const watchPath = '/etcdserverpb.Watch/Watch';
export const keepLeasePath = '/etcdserverpb.Lease/LeaseKeepAlive';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The end of the keys that begin with a text. It ends in a character below 127, here in a slash. */
export function endOf(prefix: string): Uint8Array {
  const bytes = encoder.encode(prefix);
  return Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte + 1 : byte));
}
