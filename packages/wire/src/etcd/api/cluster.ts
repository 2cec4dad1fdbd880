/** etcd's `etcdserverpb.Cluster` and `etcdserverpb.Maintenance`: who its members are, and how they are. */
import {
  bool,
  bytes,
  choice,
  int64,
  list,
  listOf,
  message,
  one,
  optional,
  text,
  uint32,
  uint64,
  type Message,
  type Nothing,
  type UNKNOWN,
} from '../../protobuf/message.js';
import { responseHeader, type HeaderOnly, type ResponseHeader } from './kv.js';

export interface Member {
  readonly id: bigint;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export const member: Message<Member> = message('etcdserverpb.Member', {
  id: uint64(1, { spelled: 'ID' }),
  name: text(2),
  peerUrls: listOf(text(3, { spelled: 'peerURLs' })),
  clientUrls: listOf(text(4, { spelled: 'clientURLs' })),
  isLearner: bool(5, { spelled: 'isLearner' }),
});

export interface MemberListRequest {
  readonly linearizable: boolean;
}

export const memberListRequest: Message<MemberListRequest> = message('etcdserverpb.MemberListRequest', { linearizable: bool(1) });

export interface MemberListResponse {
  readonly header: ResponseHeader;
  readonly members: readonly Member[];
}

export const memberListResponse: Message<MemberListResponse> = message('etcdserverpb.MemberListResponse', {
  header: one(1, responseHeader),
  members: list(2, member),
});

export const statusRequest: Message<Nothing> = message<Nothing>('etcdserverpb.StatusRequest', {});

export interface DowngradeInfo {
  readonly enabled: boolean;
  readonly targetVersion: string;
}

export const downgradeInfo: Message<DowngradeInfo> = message('etcdserverpb.DowngradeInfo', {
  enabled: bool(1),
  targetVersion: text(2, { spelled: 'targetVersion' }),
});

export interface StatusResponse {
  readonly header: ResponseHeader;
  readonly version: string;
  readonly dbSize: number;
  readonly leader: bigint;
  readonly raftIndex: bigint;
  readonly raftTerm: bigint;
  readonly raftAppliedIndex: bigint;
  readonly errors: readonly string[];
  readonly dbSizeInUse: number;
  readonly isLearner: boolean;
  /** From here on: since 3.6. */
  readonly storageVersion: string;
  readonly dbSizeQuota: number;
  readonly downgradeInfo: DowngradeInfo | null;
}

export const statusResponse: Message<StatusResponse> = message('etcdserverpb.StatusResponse', {
  header: one(1, responseHeader),
  version: text(2),
  dbSize: int64(3, { spelled: 'dbSize' }),
  leader: uint64(4),
  raftIndex: uint64(5, { spelled: 'raftIndex' }),
  raftTerm: uint64(6, { spelled: 'raftTerm' }),
  raftAppliedIndex: uint64(7, { spelled: 'raftAppliedIndex' }),
  errors: listOf(text(8)),
  dbSizeInUse: int64(9, { spelled: 'dbSizeInUse' }),
  isLearner: bool(10, { spelled: 'isLearner' }),
  storageVersion: text(11, { spelled: 'storageVersion' }),
  dbSizeQuota: int64(12, { spelled: 'dbSizeQuota' }),
  downgradeInfo: optional(13, downgradeInfo, { spelled: 'downgradeInfo' }),
});

type AlarmType = 'NONE' | 'NOSPACE' | 'CORRUPT' | typeof UNKNOWN;

export interface AlarmRequest {
  readonly action: 'GET' | 'ACTIVATE' | 'DEACTIVATE' | typeof UNKNOWN;
  readonly memberId: bigint;
  readonly alarm: AlarmType;
}

export const alarmRequest: Message<AlarmRequest> = message('etcdserverpb.AlarmRequest', {
  action: choice(1, ['GET', 'ACTIVATE', 'DEACTIVATE']),
  memberId: uint64(2, { spelled: 'memberID' }),
  alarm: choice(3, ['NONE', 'NOSPACE', 'CORRUPT']),
});

export interface AlarmMember {
  readonly memberId: bigint;
  readonly alarm: AlarmType;
}

export const alarmMember: Message<AlarmMember> = message('etcdserverpb.AlarmMember', {
  memberId: uint64(1, { spelled: 'memberID' }),
  alarm: choice(2, ['NONE', 'NOSPACE', 'CORRUPT']),
});

export interface AlarmResponse {
  readonly header: ResponseHeader;
  readonly alarms: readonly AlarmMember[];
}

export const alarmResponse: Message<AlarmResponse> = message('etcdserverpb.AlarmResponse', {
  header: one(1, responseHeader),
  alarms: list(2, alarmMember),
});

export const defragmentRequest: Message<Nothing> = message<Nothing>('etcdserverpb.DefragmentRequest', {});
export const defragmentResponse: Message<HeaderOnly> = message('etcdserverpb.DefragmentResponse', { header: one(1, responseHeader) });

export const hashRequest: Message<Nothing> = message<Nothing>('etcdserverpb.HashRequest', {});

export interface HashResponse {
  readonly header: ResponseHeader;
  readonly hash: number;
}

export const hashResponse: Message<HashResponse> = message('etcdserverpb.HashResponse', {
  header: one(1, responseHeader),
  hash: uint32(2),
});

export interface HashKvRequest {
  /** 0: now. */
  readonly revision: number;
}

export const hashKvRequest: Message<HashKvRequest> = message('etcdserverpb.HashKVRequest', { revision: int64(1) });

export interface HashKvResponse {
  readonly header: ResponseHeader;
  readonly hash: number;
  readonly compactRevision: number;
  readonly hashRevision: number;
}

export const hashKvResponse: Message<HashKvResponse> = message('etcdserverpb.HashKVResponse', {
  header: one(1, responseHeader),
  hash: uint32(2),
  compactRevision: int64(3),
  hashRevision: int64(4),
});

export const snapshotRequest: Message<Nothing> = message<Nothing>('etcdserverpb.SnapshotRequest', {});

export interface SnapshotResponse {
  readonly header: ResponseHeader;
  readonly remainingBytes: bigint;
  readonly blob: Uint8Array;
  readonly version: string;
}

export const snapshotResponse: Message<SnapshotResponse> = message('etcdserverpb.SnapshotResponse', {
  header: one(1, responseHeader),
  remainingBytes: uint64(2),
  blob: bytes(3),
  version: text(4),
});
