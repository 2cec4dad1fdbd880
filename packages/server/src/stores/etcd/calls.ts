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
  type EtcdAuthenticated,
  type EtcdCredentials,
  type EtcdHeader,
  type EtcdLease,
  type EtcdLeaseGrant,
  type EtcdLeases,
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
  readonly headerOf: (answer: Answer) => EtcdHeader;
  /** Making it twice is as good as making it once. */
  readonly repeatable: boolean;
  /** Its answers are linearizable: they tell where the log stands, and not how far one member is. */
  readonly agreed: boolean;
}

type Manner = Pick<UnaryCall<never, never>, 'repeatable' | 'agreed'>;

const asksAll: Manner = { repeatable: true, agreed: true };
const asksOne: Manner = { repeatable: true, agreed: false };
const does: Manner = { repeatable: false, agreed: true };

const headerIn = ({ header }: { readonly header: EtcdHeader }): EtcdHeader => header;
const itself = (header: EtcdHeader): EtcdHeader => header;

function unary<Request, Answer>(
  path: string,
  manner: Manner,
  write: (request: Request, writer: ProtoWriter) => void,
  read: (reader: ProtoReader) => Answer,
  headerOf: (answer: Answer) => EtcdHeader,
): UnaryCall<Request, Answer> {
  return {
    ...manner,
    path: `/etcdserverpb.${path}`,
    write: (request) => written((writer) => write(request, writer)),
    read: reading(read),
    headerOf,
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

export const range: UnaryCall<EtcdRangeRequest, EtcdRangeResponse> = unary(
  'KV/Range',
  asksAll,
  writeRangeRequest,
  readRangeResponse,
  headerIn,
);
export const transaction: UnaryCall<EtcdTransaction, EtcdTransactionResponse> = unary(
  'KV/Txn',
  does,
  writeTransaction,
  readTransactionResponse,
  headerIn,
);
/** Done twice it is refused, which is as good. */
export const compact: UnaryCall<number, EtcdHeader> = unary('KV/Compact', asksAll, writeCompactionRequest, readOnlyHeader, itself);
export const grantLease: UnaryCall<EtcdLeaseGrant, EtcdLease> = unary('Lease/LeaseGrant', does, writeLeaseGrant, readLease, headerIn);
export const revokeLease: UnaryCall<bigint, EtcdHeader> = unary('Lease/LeaseRevoke', does, writeLeaseId, readOnlyHeader, itself);
export const lookAtLease: UnaryCall<bigint, EtcdLeaseTimeToLive> = unary(
  'Lease/LeaseTimeToLive',
  asksOne,
  writeLeaseTimeToLive,
  readLeaseTimeToLive,
  headerIn,
);
export const listLeases: UnaryCall<undefined, EtcdLeases> = unary('Lease/LeaseLeases', asksOne, nothing, readLeases, headerIn);
export const askStatus: UnaryCall<undefined, EtcdStatus> = unary('Maintenance/Status', asksOne, nothing, readStatus, headerIn);
export const authenticate: UnaryCall<EtcdCredentials, EtcdAuthenticated> = unary(
  'Auth/Authenticate',
  asksOne,
  writeAuthenticate,
  readAuthenticated,
  headerIn,
);

export const watchPath = '/etcdserverpb.Watch/Watch';
export const keepLeasePath = '/etcdserverpb.Lease/LeaseKeepAlive';
