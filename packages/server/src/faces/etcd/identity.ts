/** Who this face says it is: a cluster and a member of it, the same for as long as the log is the same. */
import { createHash } from 'node:crypto';
import type { etcd } from '@rollcall/wire';

export interface EtcdIdentity {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  /** The member's name. */
  readonly name: string;
}

/** All nodes over one log are one cluster, and each is a member of its own; a restore makes another cluster. */
export function identityOf(epoch: string, node: string): EtcdIdentity {
  return { clusterId: idOf(`cluster ${epoch}`), memberId: idOf(`member ${epoch} ${node}`), name: node };
}

/** Never 0, which says "nobody". */
function idOf(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE() || 1n;
}

/** There are no elections here, and so the first term is the only one. */
export const RAFT_TERM = 1n;

export function headerOf({ clusterId, memberId }: EtcdIdentity, revision: number): etcd.ResponseHeader {
  return { clusterId, memberId, revision, raftTerm: RAFT_TERM };
}

/** Of an answer within a transaction, which is filled by its revision alone. */
export function innerHeader(revision: number): etcd.ResponseHeader {
  return { clusterId: 0n, memberId: 0n, revision, raftTerm: 0n };
}
