/** etcd's `v3lockpb.Lock` and `v3electionpb.Election`. */
import { bytes, id, int64, message, one, optional, type Message } from '../../protobuf/message.js';
import { keyValue, responseHeader, type HeaderOnly, type KeyValue, type ResponseHeader } from './kv.js';

export interface LockRequest {
  readonly name: Uint8Array;
  readonly lease: bigint;
}

export const lockRequest: Message<LockRequest> = message('v3lockpb.LockRequest', { name: bytes(1), lease: id(2) });

export interface LockResponse {
  readonly header: ResponseHeader;
  readonly key: Uint8Array;
}

export const lockResponse: Message<LockResponse> = message('v3lockpb.LockResponse', { header: one(1, responseHeader), key: bytes(2) });

export interface UnlockRequest {
  readonly key: Uint8Array;
}

export const unlockRequest: Message<UnlockRequest> = message('v3lockpb.UnlockRequest', { key: bytes(1) });
export const unlockResponse: Message<HeaderOnly> = message('v3lockpb.UnlockResponse', { header: one(1, responseHeader) });

export interface CampaignRequest {
  readonly name: Uint8Array;
  readonly lease: bigint;
  readonly value: Uint8Array;
}

export const campaignRequest: Message<CampaignRequest> = message('v3electionpb.CampaignRequest', {
  name: bytes(1),
  lease: id(2),
  value: bytes(3),
});

export interface LeaderKey {
  readonly name: Uint8Array;
  readonly key: Uint8Array;
  readonly rev: number;
  readonly lease: bigint;
}

export const leaderKey: Message<LeaderKey> = message('v3electionpb.LeaderKey', {
  name: bytes(1),
  key: bytes(2),
  rev: int64(3),
  lease: id(4),
});

export interface CampaignResponse {
  readonly header: ResponseHeader;
  readonly leader: LeaderKey;
}

export const campaignResponse: Message<CampaignResponse> = message('v3electionpb.CampaignResponse', {
  header: one(1, responseHeader),
  leader: one(2, leaderKey),
});

/** For asking once, and for observing. */
export interface LeaderRequest {
  readonly name: Uint8Array;
}

export const leaderRequest: Message<LeaderRequest> = message('v3electionpb.LeaderRequest', { name: bytes(1) });

export interface LeaderResponse {
  readonly header: ResponseHeader;
  readonly kv: KeyValue | null;
}

export const leaderResponse: Message<LeaderResponse> = message('v3electionpb.LeaderResponse', {
  header: one(1, responseHeader),
  kv: optional(2, keyValue),
});

export interface ResignRequest {
  readonly leader: LeaderKey | null;
}

export const resignRequest: Message<ResignRequest> = message('v3electionpb.ResignRequest', { leader: optional(1, leaderKey) });
export const resignResponse: Message<HeaderOnly> = message('v3electionpb.ResignResponse', { header: one(1, responseHeader) });

export interface ProclaimRequest {
  readonly leader: LeaderKey | null;
  readonly value: Uint8Array;
}

export const proclaimRequest: Message<ProclaimRequest> = message('v3electionpb.ProclaimRequest', {
  leader: optional(1, leaderKey),
  value: bytes(2),
});
export const proclaimResponse: Message<HeaderOnly> = message('v3electionpb.ProclaimResponse', { header: one(1, responseHeader) });
