/**
 * What a caller may do to which keys. Whoever may read or write everything, may so here. Whoever may for some services, may so for what
 * lies below their names: `payments/…` belongs to the service payments. All other keys belong to nobody, and take the right to everything.
 * A lease is a writer's; to revoke one takes the right to write whatever hangs on it.
 */
import {
  compareBytes,
  fromText,
  keysUnder,
  mayDo,
  Namespace,
  rightMissing,
  ServiceName,
  singleKey,
  StoreThrough,
  toText,
  type CallOptions,
  type Caller,
  type Commit,
  type CommitResult,
  type KeyRange,
  type Lease,
  type LeaseId,
  type Operation,
  type RangeRequest,
  type RangeResult,
  type Right,
  type Store,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';

/** `prefix`: what stands before the services' names; empty for nothing. */
export function withRights(store: Store, caller: Caller, prefix: string): Store {
  return caller.may.operate.isEverything ? store : new JudgedStore(store, caller, prefix);
}

class JudgedStore extends StoreThrough {
  readonly #caller: Caller;
  readonly #prefix: string;

  constructor(store: Store, caller: Caller, prefix: string) {
    super(store);
    this.#caller = caller;
    this.#prefix = prefix;
  }

  override async range(request: RangeRequest, options?: CallOptions): Promise<RangeResult> {
    this.#demand('read', request.range);
    return this.inner.range(request, options);
  }

  override async commit(commit: Commit, options?: CallOptions): Promise<CommitResult> {
    this.#demandCommit(commit);
    return this.inner.commit(commit, options);
  }

  override watch(request: WatchRequest, sink: WatchSink): Watch {
    this.#demand('read', request.range);
    return this.inner.watch(request, sink);
  }

  override async compact(revision: number): Promise<void> {
    this.#demand('operate', null);
    return this.inner.compact(revision);
  }

  override async revokeLease(id: LeaseId): Promise<{ readonly revision: number }> {
    const { keys } = await this.inner.lease(id);
    for (const key of keys) this.#demand('write', singleKey(key));
    return this.inner.revokeLease(id);
  }

  override async lease(id: LeaseId): Promise<Lease> {
    const lease = await this.inner.lease(id);
    return { ...lease, keys: lease.keys.filter((key) => this.#may('read', singleKey(key))) };
  }

  /** It is not ours. */
  override async close(): Promise<void> {
    return undefined;
  }

  #demandCommit({ when = [], then, else: otherwise = [] }: Commit): void {
    for (const { range } of when) this.#demand('read', range);
    for (const operation of then) this.#demandOperation(operation);
    for (const operation of otherwise) this.#demandOperation(operation);
  }

  #demandOperation(operation: Operation): void {
    switch (operation.type) {
      case 'put':
        return this.#demand('write', singleKey(operation.key));
      case 'delete':
        return this.#demand('write', operation.range);
      case 'get':
        return this.#demand('read', operation.range);
      case 'commit':
        return this.#demandCommit(operation);
    }
  }

  #demand(right: Right, range: KeyRange | null): void {
    if (!this.#may(right, range)) throw rightMissing(this.#caller, right, null);
  }

  #may(right: Right, range: KeyRange | null): boolean {
    const scope = this.#caller.may[right];
    if (scope.isEverything) return true;
    const service = range === null || scope.isNothing ? null : serviceOf(range, this.#prefix);
    return service !== null && mayDo(this.#caller, right, { namespace: Namespace.default, service });
  }
}

/** The one service below whose name all of a range lies, if there is one. */
function serviceOf({ from, to }: KeyRange, prefix: string): ServiceName | null {
  const key = toText(from);
  if (!key.startsWith(prefix)) return null;
  const end = key.indexOf('/', prefix.length);
  if (end < 0 || to === null) return null;
  const bounds = keysUnder(fromText(key.slice(0, end + 1)));
  if (bounds.to !== null && compareBytes(to, bounds.to) > 0) return null;
  return ServiceName.parse(key.slice(prefix.length, end)) ?? null;
}
