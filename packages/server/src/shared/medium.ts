/**
 * Where a local store's bytes lie. Everything that memory and LMDB have in common (what a commit means,
 * watches, reads of the past, leases) stands in local-store.ts; a medium only keeps, and makes durable.
 *
 * Two states matter: what is *durable*, which is all that readers and watchers may see, and the *tip*,
 * which also holds what was accepted but is not durable yet, and against which the next commit is judged.
 * In memory the two are one.
 */
import type { LeaseId, Reader, RevisionBatch } from '@rollcall/core';

export interface LogState {
  readonly revision: number;
  readonly reader: Reader;
}

export interface GrantedLease {
  readonly id: LeaseId;
  readonly ttlMs: number;
}

/** What becomes durable together, or not at all. */
export interface MediumWrite {
  /** Judged against the tip; its revision is the tip's next. */
  readonly batch?: RevisionBatch;
  readonly granted?: GrantedLease;
  readonly revoked?: LeaseId;
}

/** The durable revisions that are still known, oldest first. */
interface History {
  readonly compactedRevision: number;
  /** At most `limit` revisions from `fromRevision` on, none missing in between. */
  revisions(fromRevision: number, limit: number): readonly RevisionBatch[];
  /** The last revision that is older than this moment, as far as the history goes back. */
  revisionBefore(wallMs: number): number;
}

export interface Medium extends History {
  readonly engine: string;
  readonly epoch: string;
  readonly durable: LogState;
  readonly tip: LogState;
  /** The leases that were granted and not revoked, as they lie there. Read once, after opening. */
  grantedLeases(): Iterable<GrantedLease>;
  /** Every key that hangs on a lease. Read once, after opening. */
  leasedKeys(): Iterable<{ readonly lease: LeaseId; readonly key: string }>;
  /** Called with what became durable, in order, before the promise of the write that brought it settles. */
  onDurable: (batches: readonly RevisionBatch[]) => void;
  /** Moves the tip at once; settles when the write is durable. If it fails, the tip falls back to what is durable. */
  write(write: MediumWrite): Promise<void>;
  /** The keys in which the tip differs from what is durable. */
  pendingKeys(): Iterable<string>;
  /** Settles when all that the tip holds now is durable; fails if that fails. */
  settled(): Promise<void>;
  compact(revision: number): Promise<void>;
  sizeBytes(): number;
  close(): Promise<void>;
}
