/**
 * The Store: one ordered, revisioned key-value log, and the only thing here that persists.
 *
 * The port is etcd's data model without its wire. Every engine keeps the same word, and one
 * conformance suite holds all of them to it:
 *
 * - A commit is all or nothing and takes one revision. A commit that changes nothing takes none.
 * - Acknowledged means durable: it would survive `kill -9` and a power cut. Nobody, reader or
 *   watcher, sees what is not durable yet.
 * - What a commit acknowledged is seen by every later read of the same store.
 * - An empty log stands at revision 1, as etcd's does; the first commit makes revision 2.
 */
import type { Abort } from './abort.js';

/** Keys and values are bytes. An engine never changes what it was given and never hands out what it will change. */
export type Bytes = Uint8Array;

/** Leases have 64-bit ids, as etcd's do. */
export type LeaseId = bigint;

/** The lease of an entry that hangs on none. */
export const NO_LEASE: LeaseId = 0n;

/** The revision of a log that nobody has written to. */
export const FIRST_REVISION = 1;

/** The keys `from <= key < to`. A `to` of `null` means: to the end of the keyspace. */
export interface KeyRange {
  readonly from: Bytes;
  readonly to: Bytes | null;
}

export interface Entry {
  readonly key: Bytes;
  readonly value: Bytes;
  /** The revision that created the key; it survives overwriting, not deletion. */
  readonly createRevision: number;
  /** The revision that wrote this value. */
  readonly modRevision: number;
  /** 1 when created, one more with every put. */
  readonly version: number;
  readonly lease: LeaseId;
}

export interface RangeRequest {
  readonly range: KeyRange;
  /** Read as of this revision. Left out: as of now. */
  readonly revision?: number;
  /** At most so many entries; 0 for none at all. Left out: all of them. */
  readonly limit?: number;
  /** Answer entries with empty values. */
  readonly keysOnly?: boolean;
  /** Answer also how many keys the range holds, whatever the limit and the bounds say. */
  readonly count?: boolean;
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
}

export interface RangeResult {
  /** Where the log stood when this was answered, whatever revision was asked for. */
  readonly revision: number;
  /** In the order of their keys' bytes. */
  readonly entries: readonly Entry[];
  /** The limit cut the answer short. */
  readonly more: boolean;
  /** Only when asked for. */
  readonly count?: number;
}

/**
 * One condition, on a key or on every key of a range. A key that does not exist counts as one whose
 * numbers are all 0; no comparison of a *value* holds for it.
 */
export type Compare = { readonly range: KeyRange; readonly is: '=' | '!=' | '<' | '>' } & (
  | { readonly target: 'create' | 'mod' | 'version'; readonly operand: number }
  | { readonly target: 'lease'; readonly operand: LeaseId }
  | { readonly target: 'value'; readonly operand: Bytes }
);

export interface PutOperation {
  readonly type: 'put';
  readonly key: Bytes;
  /** `'keep'` writes the value that is there again; refused if the key does not exist. */
  readonly value: Bytes | 'keep';
  /** Left out: no lease, also where there was one. `'keep'` keeps it; refused if the key does not exist. */
  readonly lease?: LeaseId | 'keep';
}

export interface DeleteOperation {
  readonly type: 'delete';
  readonly range: KeyRange;
}

/** A read inside a commit sees what the operations before it wrote. */
export interface GetOperation extends RangeRequest {
  readonly type: 'get';
}

/** Its compares are judged with the outer ones: against the state before the whole commit. */
export interface NestedCommit extends Commit {
  readonly type: 'commit';
}

export type Operation = PutOperation | DeleteOperation | GetOperation | NestedCommit;

/** If every compare holds, `then` happens, otherwise `else`. */
export interface Commit {
  readonly when?: readonly Compare[];
  readonly then: readonly Operation[];
  readonly else?: readonly Operation[];
}

export type OperationResult =
  | { readonly type: 'put'; readonly previous: Entry | null }
  | { readonly type: 'delete'; readonly previous: readonly Entry[] }
  | ({ readonly type: 'get' } & RangeResult)
  | ({ readonly type: 'commit' } & CommitResult);

export interface CommitResult {
  /** The revision that this commit made; where the log stands if it changed nothing. */
  readonly revision: number;
  readonly succeeded: boolean;
  /** One per operation of the branch that was taken, in order. */
  readonly results: readonly OperationResult[];
}

/** One key's change in one revision. */
export type Change =
  | { readonly type: 'put'; readonly entry: Entry; readonly previous: Entry | null }
  | { readonly type: 'delete'; readonly key: Bytes; readonly previous: Entry | null };

/** All that one revision did, in the order of the commit's operations. */
export interface RevisionBatch {
  readonly revision: number;
  readonly changes: readonly Change[];
}

export interface WatchRequest {
  readonly range: KeyRange;
  /** The first revision to be told. Left out: whatever comes next. May lie in the future. */
  readonly fromRevision?: number;
  /** Fill in `previous`. Who did not ask must not rely on finding it, nor on not finding it. */
  readonly previous?: boolean;
  readonly signal?: Abort;
}

export interface WatchSink {
  /**
   * Called once per revision that touched the range, in order, never concurrently, with all of that
   * revision's changes in the range. Must not throw. May answer a promise: then nothing more is handed
   * over until it settles, and what happened meanwhile is read from the history, not kept in memory. So
   * a slow reader costs nothing, and falls behind only as far as compaction lets it.
   */
  next(batch: RevisionBatch): void | Promise<void>;
  /**
   * Called once, last, never from within `watch`. `null`: cancelled, or the store was closed.
   * Otherwise the reason, `revision-compacted` for one: read anew and watch from there.
   */
  ended(reason: Error | null): void;
}

export interface Watch {
  /** Every change up to this revision has been handed over; a new watch may begin with the next. */
  readonly position: number;
  cancel(): void;
}

export interface Lease {
  readonly id: LeaseId;
  readonly ttlMs: number;
  readonly remainingMs: number;
  readonly keys: readonly Bytes[];
}

export interface StoreStatus {
  readonly engine: string;
  /** The log's identity: random, and made anew by a restore. */
  readonly epoch: string;
  readonly revision: number;
  /** What lies before this revision can no longer be read or watched; this revision itself can. */
  readonly compactedRevision: number;
  /** What the engine holds of disk (or, without one, of memory). */
  readonly sizeBytes: number;
  /** Where it refuses to grow any more. Left out: it does not say. */
  readonly quotaBytes?: number;
  /** What is wrong with it, in its own words. Left out: nothing that it would say. */
  readonly alarms?: readonly string[];
  /** The processes that it consists of, as each says itself. Left out: it is part of this one. */
  readonly members?: readonly StoreMember[];
}

/** One process of an engine that consists of several. */
export interface StoreMember {
  readonly address: string;
  /** It said just now how it is; what follows is left out where it did not. */
  readonly answers: boolean;
  readonly leads?: boolean;
  readonly version?: string;
  /** How many revisions it has yet to take in. */
  readonly behind?: number;
}

export interface CallOptions {
  /** Aborting gives the waiting up, not the work: a commit that is on its way may still happen. */
  readonly signal?: Abort;
  /** The bytes in the call are the store's from now on: nobody will change them, so it need not copy them. Left out: it must. */
  readonly given?: boolean;
}

/** Whether what is written to the log elsewhere still gets here. */
export interface Contact {
  /** `null` while it does. Otherwise since when (wall clock) nothing was heard: whatever happened since is not known here. */
  readonly lostSinceMs: number | null;
  /** Called whenever that has begun or is over. The answer ends it. */
  follow(listener: () => void): () => void;
}

export interface Store {
  /** Left out: the log is in this process, and is never away. */
  readonly contact?: Contact | undefined;

  range(request: RangeRequest, options?: CallOptions): Promise<RangeResult>;
  commit(commit: Commit, options?: CallOptions): Promise<CommitResult>;
  watch(request: WatchRequest, sink: WatchSink): Watch;
  /** Forgets what is older than `revision`, for good. */
  compact(revision: number): Promise<void>;

  /** An id that is not given is chosen. Leases run only while the store is open; opening gives each its full ttl. */
  grantLease(request: { readonly ttlMs: number; readonly id?: LeaseId }): Promise<{ readonly id: LeaseId; readonly ttlMs: number }>;
  keepLease(id: LeaseId): Promise<{ readonly ttlMs: number }>;
  /** Deletes everything that hangs on the lease, in one revision. */
  revokeLease(id: LeaseId): Promise<{ readonly revision: number }>;
  lease(id: LeaseId): Promise<Lease>;
  leases(): Promise<readonly LeaseId[]>;

  status(): Promise<StoreStatus>;
  /** Finishes what was accepted, ends every watch, lets go of every resource. A second call waits for the first. */
  close(): Promise<void>;
}
