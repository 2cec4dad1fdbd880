/** etcd's `etcdserverpb.Lease`. Ids have 63 bits and are never plain numbers; times are whole seconds. */
import { bool, bytes, id, int64, list, listOf, message, one, text, type Message, type Nothing } from '../../protobuf/message.js';
import { responseHeader, type HeaderOnly, type ResponseHeader } from './kv.js';

export interface LeaseGrantRequest {
  readonly ttl: number;
  /** 0: the server chooses. */
  readonly id: bigint;
}

export const leaseGrantRequest: Message<LeaseGrantRequest> = message('etcdserverpb.LeaseGrantRequest', {
  ttl: int64(1, { spelled: 'TTL' }),
  id: id(2, { spelled: 'ID' }),
});

export interface LeaseGrantResponse {
  readonly header: ResponseHeader;
  readonly id: bigint;
  readonly ttl: number;
  readonly error: string;
}

export const leaseGrantResponse: Message<LeaseGrantResponse> = message('etcdserverpb.LeaseGrantResponse', {
  header: one(1, responseHeader),
  id: id(2, { spelled: 'ID' }),
  ttl: int64(3, { spelled: 'TTL' }),
  error: text(4),
});

/** For revoking and keeping. */
export interface LeaseIdRequest {
  readonly id: bigint;
}

export const leaseRevokeRequest: Message<LeaseIdRequest> = message('etcdserverpb.LeaseRevokeRequest', { id: id(1, { spelled: 'ID' }) });
export const leaseRevokeResponse: Message<HeaderOnly> = message('etcdserverpb.LeaseRevokeResponse', { header: one(1, responseHeader) });
export const leaseKeepAliveRequest: Message<LeaseIdRequest> = message('etcdserverpb.LeaseKeepAliveRequest', {
  id: id(1, { spelled: 'ID' }),
});

export interface LeaseKeepAliveResponse {
  readonly header: ResponseHeader;
  readonly id: bigint;
  /** 0: there is no such lease. */
  readonly ttl: number;
}

export const leaseKeepAliveResponse: Message<LeaseKeepAliveResponse> = message('etcdserverpb.LeaseKeepAliveResponse', {
  header: one(1, responseHeader),
  id: id(2, { spelled: 'ID' }),
  ttl: int64(3, { spelled: 'TTL' }),
});

export interface LeaseTimeToLiveRequest {
  readonly id: bigint;
  readonly keys: boolean;
}

export const leaseTimeToLiveRequest: Message<LeaseTimeToLiveRequest> = message('etcdserverpb.LeaseTimeToLiveRequest', {
  id: id(1, { spelled: 'ID' }),
  keys: bool(2),
});

export interface LeaseTimeToLiveResponse {
  readonly header: ResponseHeader;
  readonly id: bigint;
  /** −1: there is no such lease. */
  readonly ttl: number;
  readonly grantedTtl: number;
  readonly keys: readonly Uint8Array[];
}

export const leaseTimeToLiveResponse: Message<LeaseTimeToLiveResponse> = message('etcdserverpb.LeaseTimeToLiveResponse', {
  header: one(1, responseHeader),
  id: id(2, { spelled: 'ID' }),
  ttl: int64(3, { spelled: 'TTL' }),
  grantedTtl: int64(4, { spelled: 'grantedTTL' }),
  keys: listOf(bytes(5)),
});

export const leaseLeasesRequest: Message<Nothing> = message<Nothing>('etcdserverpb.LeaseLeasesRequest', {});

export interface LeaseStatus {
  readonly id: bigint;
}

export const leaseStatus: Message<LeaseStatus> = message('etcdserverpb.LeaseStatus', { id: id(1, { spelled: 'ID' }) });

export interface LeaseLeasesResponse {
  readonly header: ResponseHeader;
  readonly leases: readonly LeaseStatus[];
}

export const leaseLeasesResponse: Message<LeaseLeasesResponse> = message('etcdserverpb.LeaseLeasesResponse', {
  header: one(1, responseHeader),
  leases: list(2, leaseStatus),
});
