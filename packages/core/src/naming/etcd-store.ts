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
import type { Commit, CommitResult, Operation, OperationResult, Store } from '../ports/store.js';
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
  const { store } = options;
  return (caller) => ({
    get contact() {
      return store.contact;
    },
    async commit(commit, call) {
      const plan = planned(commit, options, caller);
      return plan === null ? store.commit(commit, call) : written(options, caller, commit, plan);
    },
    range: (request, call) => store.range(request, call),
    watch: (request, sink) => store.watch(request, sink),
    compact: (revision) => store.compact(revision),
    grantLease: (request) => store.grantLease(request),
    keepLease: (id) => store.keepLease(id),
    revokeLease: (id) => store.revokeLease(id),
    lease: (id) => store.lease(id),
    leases: () => store.leases(),
    status: () => store.status(),
    close: () => store.close(),
  });
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

/** `null` if what has to hold did not. A commit without conditions of its own needs no other one around it, and may be as long as any. */
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
