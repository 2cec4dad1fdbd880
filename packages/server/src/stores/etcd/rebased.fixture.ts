/**
 * A store that began where another one stood: its revisions are counted from there. An etcd cannot go back to revision 1, and
 * the laws begin with an empty log; so one etcd can serve many tests, one after the other.
 */
import {
  FIRST_REVISION,
  StoreThrough,
  type CallOptions,
  type Change,
  type Commit,
  type CommitResult,
  type Compare,
  type Entry,
  type Operation,
  type OperationResult,
  type RangeRequest,
  type RangeResult,
  type Store,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';

export class RebasedStore extends StoreThrough {
  /** What is 1 here is `base + 1` there. */
  readonly #base: number;

  constructor(inner: Store, base: number) {
    super(inner);
    this.#base = base;
  }

  override async range(request: RangeRequest, options?: CallOptions): Promise<RangeResult> {
    return this.#resultHere(await this.inner.range(this.#requestThere(request), options));
  }

  override async commit(commit: Commit, options?: CallOptions): Promise<CommitResult> {
    return this.#commitHere(await this.inner.commit(this.#commitThere(commit), options));
  }

  override watch(request: WatchRequest, sink: WatchSink): Watch {
    const base = this.#base;
    const fromRevision = request.fromRevision === undefined ? {} : { fromRevision: this.#there(request.fromRevision) };
    const watch = this.inner.watch(
      { ...request, ...fromRevision },
      {
        next: ({ revision, changes }) =>
          sink.next({ revision: revision - base, changes: changes.map((change) => this.#changeHere(change)) }),
        ended: (reason) => sink.ended(reason),
      },
    );
    return {
      get position() {
        return watch.position - base;
      },
      cancel: () => watch.cancel(),
    };
  }

  override compact(revision: number): Promise<void> {
    return this.inner.compact(this.#there(revision));
  }

  override async revokeLease(id: bigint): Promise<{ revision: number }> {
    const { revision } = await this.inner.revokeLease(id);
    return { revision: revision - this.#base };
  }

  override async status(): ReturnType<Store['status']> {
    const status = await this.inner.status();
    const compactedRevision = Math.max(status.compactedRevision - this.#base, FIRST_REVISION);
    return { ...status, revision: status.revision - this.#base, compactedRevision };
  }

  /** 0 is no revision, there as here. */
  #there(revision: number): number {
    return revision <= 0 || !Number.isSafeInteger(revision) ? revision : revision + this.#base;
  }

  #requestThere(request: RangeRequest): RangeRequest {
    const moved = { ...request } as Record<string, unknown>;
    for (const name of ['revision', 'minModRevision', 'maxModRevision', 'minCreateRevision', 'maxCreateRevision'] as const) {
      if (request[name] !== undefined) moved[name] = this.#there(request[name]);
    }
    return moved as unknown as RangeRequest;
  }

  #commitThere(commit: Commit): Commit {
    return {
      then: commit.then.map((operation) => this.#operationThere(operation)),
      ...(commit.when === undefined ? {} : { when: commit.when.map((compare) => this.#compareThere(compare)) }),
      ...(commit.else === undefined ? {} : { else: commit.else.map((operation) => this.#operationThere(operation)) }),
    };
  }

  #compareThere(compare: Compare): Compare {
    if (compare.target !== 'create' && compare.target !== 'mod') return compare;
    return { ...compare, operand: this.#there(compare.operand) };
  }

  #operationThere(operation: Operation): Operation {
    if (operation.type === 'get') return { type: 'get', ...this.#requestThere(operation) };
    if (operation.type === 'commit') return { type: 'commit', ...this.#commitThere(operation) };
    return operation;
  }

  #entryHere(entry: Entry): Entry {
    return { ...entry, createRevision: entry.createRevision - this.#base, modRevision: entry.modRevision - this.#base };
  }

  #changeHere(change: Change): Change {
    const previous = change.previous === null ? null : this.#entryHere(change.previous);
    return change.type === 'delete' ? { ...change, previous } : { ...change, entry: this.#entryHere(change.entry), previous };
  }

  #resultHere(result: RangeResult): RangeResult {
    return { ...result, revision: result.revision - this.#base, entries: result.entries.map((entry) => this.#entryHere(entry)) };
  }

  #commitHere(result: CommitResult): CommitResult {
    return { ...result, revision: result.revision - this.#base, results: result.results.map((one) => this.#operationHere(one)) };
  }

  #operationHere(result: OperationResult): OperationResult {
    switch (result.type) {
      case 'put':
        return { ...result, previous: result.previous && this.#entryHere(result.previous) };
      case 'delete':
        return { ...result, previous: result.previous.map((entry) => this.#entryHere(entry)) };
      case 'get':
        return { type: 'get', ...this.#resultHere(result) };
      case 'commit':
        return { type: 'commit', ...this.#commitHere(result) };
    }
  }
}
