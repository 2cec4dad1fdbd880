/** The calls that are made of an etcd, and what may be relied on when they are made. */
import {
  etcdCalls,
  type EtcdAuthenticated,
  type EtcdCall,
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

export interface UnaryCall<Request, Answer> extends EtcdCall<Request, Answer> {
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

const headerOf = ({ header }: { readonly header: EtcdHeader }): EtcdHeader => header;
const itself = (header: EtcdHeader): EtcdHeader => header;

export const range: UnaryCall<EtcdRangeRequest, EtcdRangeResponse> = { ...etcdCalls.range, ...asksAll, headerOf };
export const transaction: UnaryCall<EtcdTransaction, EtcdTransactionResponse> = { ...etcdCalls.transaction, ...does, headerOf };
/** Done twice it is refused, which is as good. */
export const compact: UnaryCall<number, EtcdHeader> = { ...etcdCalls.compact, ...asksAll, headerOf: itself };
export const grantLease: UnaryCall<EtcdLeaseGrant, EtcdLease> = { ...etcdCalls.grantLease, ...does, headerOf };
export const revokeLease: UnaryCall<bigint, EtcdHeader> = { ...etcdCalls.revokeLease, ...does, headerOf: itself };
export const lookAtLease: UnaryCall<bigint, EtcdLeaseTimeToLive> = { ...etcdCalls.lookAtLease, ...asksOne, headerOf };
export const listLeases: UnaryCall<undefined, EtcdLeases> = { ...etcdCalls.listLeases, ...asksOne, headerOf };
export const askStatus: UnaryCall<undefined, EtcdStatus> = { ...etcdCalls.status, ...asksOne, headerOf };
export const authenticate: UnaryCall<EtcdCredentials, EtcdAuthenticated> = { ...etcdCalls.authenticate, ...asksOne, headerOf };
