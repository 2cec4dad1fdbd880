/**
 * The log as a client of etcd writes to it: keys that other faces' instances are shown as, and keys that are instances themselves,
 * are seen to here, so that whoever answers such clients needs to know of neither. Reads, watches and leases are the log's own.
 *
 * - A document put under a key registers an instance: that takes the right to write to its service, and that it is not
 *   registered otherwise. What was said about the instance comes along to its new lease.
 * - A key that an instance of another face is shown as cannot be put. Deleting it deregisters that instance in the same commit.
 * - Deleting a key that is an instance takes the right to write to its service, and what was found about it goes too.
 */
import { RollcallError } from '../errors.js';
import type { Caller } from '../face.js';
import type { Clock } from '../ports/clock.js';
import type { CallOptions, Commit, CommitResult, Operation, OperationResult, Store } from '../ports/store.js';
import { StoreThrough } from '../store/store-through.js';
import { planWrites, type NamingSources, type WritePlan } from './etcd-writes.js';

/**
 * The log for one caller, whose rights count for every commit through it. Made for every call, and cheap. What it refuses it
 * throws as `forbidden`, with a sentence for the caller, before anything happened.
 */
export type EtcdStoreFor = (caller: Caller) => Store;

export interface EtcdStoreOptions extends Omit<NamingSources, 'caller' | 'wallNowMs'> {
  readonly store: Store;
  readonly clock: Clock;
  /** Settles with `true` once the view shows whatever the log held. */
  readonly caughtUp: (withinMs: number) => Promise<boolean>;
}

/** Others may be faster again and again; whoever is not done by then asks again. */
const ATTEMPTS_MAX = 8;

/** The view is a few milliseconds behind. */
const CATCH_UP_WITHIN_MS = 2000;

export function etcdStores(options: EtcdStoreOptions): EtcdStoreFor {
  return (caller) => new EtcdStore(options, caller);
}

class EtcdStore extends StoreThrough {
  readonly #options: EtcdStoreOptions;
  readonly #caller: Caller;

  constructor(options: EtcdStoreOptions, caller: Caller) {
    super(options.store);
    this.#options = options;
    this.#caller = caller;
  }

  override async commit(commit: Commit, call?: CallOptions): Promise<CommitResult> {
    const plan = planned(commit, this.#options, this.#caller);
    return plan === null ? this.inner.commit(commit, call) : written(this.#options, this.#caller, commit, plan);
  }
}

function planned(commit: Commit, options: EtcdStoreOptions, caller: Caller): WritePlan | null {
  const { claims, catalog, view, prefix, clock } = options;
  return planWrites(commit, { claims, catalog, view, prefix, caller, wallNowMs: clock.wallMs() });
}

/** What is done beside depends on what the view shows, which may be a step behind: then it is planned anew. */
async function written(options: EtcdStoreOptions, caller: Caller, commit: Commit, first: WritePlan): Promise<CommitResult> {
  const { store, caughtUp } = options;
  for (let plan: WritePlan | null = first, attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (plan === null) return store.commit(commit);
    const result = await commitGuarded(store, plan);
    if (result !== null) return trimmed(commit, result);
    await caughtUp(CATCH_UP_WITHIN_MS);
    plan = planned(commit, options, caller);
  }
  throw new RollcallError('conflict', 'Others changed instances that this concerns at the same time; nothing was written. Ask again.');
}

/**
 * `null` if what has to hold did not. A commit without conditions of its own takes on the guards as its conditions: another commit
 * around it would count as one operation more, and one that is as long as a commit may be would be refused.
 */
async function commitGuarded(store: Store, { commit, guards }: WritePlan): Promise<CommitResult | null> {
  if (guards.length === 0) return store.commit(commit);
  if ((commit.when ?? []).length === 0) {
    const result = await store.commit({ when: guards, then: commit.then });
    return result.succeeded ? result : null;
  }
  const { succeeded, revision, results } = await store.commit({ when: guards, then: [{ ...commit, type: 'commit' }] });
  const [own] = results;
  return succeeded && own?.type === 'commit' ? { ...own, revision } : null;
}

/** Without what was done beside. */
function trimmed(commit: Commit, { succeeded, results, revision }: CommitResult): CommitResult {
  const branch: readonly Operation[] = succeeded ? commit.then : (commit.else ?? []);
  return {
    revision,
    succeeded,
    results: branch.map((operation, at): OperationResult => {
      const result = results[at] as OperationResult;
      return operation.type === 'commit' && result.type === 'commit' ? { type: 'commit', ...trimmed(operation, result) } : result;
    }),
  };
}
