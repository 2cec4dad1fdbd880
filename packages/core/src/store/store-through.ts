/** A store that hands everything on to another one. Who stands before a log extends it, and says only what is different there. */
import type {
  CallOptions,
  Commit,
  CommitResult,
  Contact,
  Lease,
  LeaseId,
  RangeRequest,
  RangeResult,
  Store,
  StoreStatus,
  Watch,
  WatchRequest,
  WatchSink,
} from '../ports/store.js';

export class StoreThrough implements Store {
  /** The store that is asked in the end. */
  protected readonly inner: Store;

  constructor(inner: Store) {
    this.inner = inner;
  }

  get contact(): Contact | undefined {
    return this.inner.contact;
  }

  range(request: RangeRequest, options?: CallOptions): Promise<RangeResult> {
    return this.inner.range(request, options);
  }

  commit(commit: Commit, options?: CallOptions): Promise<CommitResult> {
    return this.inner.commit(commit, options);
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    return this.inner.watch(request, sink);
  }

  compact(revision: number): Promise<void> {
    return this.inner.compact(revision);
  }

  grantLease(request: { readonly ttlMs: number; readonly id?: LeaseId }): Promise<{ readonly id: LeaseId; readonly ttlMs: number }> {
    return this.inner.grantLease(request);
  }

  keepLease(id: LeaseId): Promise<{ readonly ttlMs: number }> {
    return this.inner.keepLease(id);
  }

  revokeLease(id: LeaseId): Promise<{ readonly revision: number }> {
    return this.inner.revokeLease(id);
  }

  lease(id: LeaseId): Promise<Lease> {
    return this.inner.lease(id);
  }

  leases(): Promise<readonly LeaseId[]> {
    return this.inner.leases();
  }

  status(): Promise<StoreStatus> {
    return this.inner.status();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
