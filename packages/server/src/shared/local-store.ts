/**
 * A store on this machine, over any medium: what a commit means, watches, the past and leases, once for
 * all of them. Only the happy path stands here; misuse is met by careful-store.ts, in front of it.
 */
import {
  evaluate,
  fromText,
  leaseNotFound,
  RollcallError,
  singleKey,
  type Change,
  type Clock,
  type Commit,
  type CommitResult,
  type Evaluation,
  type Lease,
  type LeaseId,
  type Log,
  type Random,
  type RangeRequest,
  type RangeResult,
  type Reader,
  type Store,
  type StoreStatus,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';
import { AutoCompaction, type HistoryLimits } from './auto-compaction.js';
import { LeaseBook } from './lease-book.js';
import type { Medium } from './medium.js';
import { compacted, Past } from './past.js';
import { readAtOnce, readInPages } from './range-pages.js';
import { WatchHub } from './watch-hub.js';

/** What one turn of the event loop may read. */
const SHORT_ENTRIES = 1_000;

export interface LocalStoreOptions {
  readonly medium: Medium;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly history?: Partial<HistoryLimits>;
}

export class LocalStore implements Store {
  readonly #medium: Medium;
  readonly #random: Random;
  readonly #hub: WatchHub;
  readonly #past: Past;
  readonly #leases: LeaseBook;
  readonly #compaction: AutoCompaction;

  constructor({ medium, clock, random, log, history = {} }: LocalStoreOptions) {
    this.#medium = medium;
    this.#random = random;
    this.#hub = new WatchHub({
      get durable() {
        return medium.durable;
      },
      history(fromRevision, limit) {
        const { compactedRevision } = medium;
        if (fromRevision < compactedRevision) throw compacted(fromRevision, compactedRevision);
        return medium.revisions(fromRevision, limit);
      },
    });
    this.#past = new Past(medium);
    this.#leases = new LeaseBook({ clock, expire: (id) => this.revokeLease(id) });
    this.#compaction = new AutoCompaction({ medium, clock, log, history });
    for (const granted of medium.grantedLeases()) this.#leases.add(granted);
    for (const { lease, key } of medium.leasedKeys()) this.#leases.attach(lease, key);
    medium.onDurable = (batches) => {
      this.#past.follow(batches);
      this.#leases.follow(batches);
      this.#hub.publish(batches);
    };
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    const { durable } = this.#medium;
    const asked = request.revision ?? durable.revision;
    this.#checkReadable(asked);
    // Most reads are of the present, and short: they need neither a view of the past nor a pause.
    const atOnce = asked === durable.revision ? readAtOnce(durable.reader, request, durable.revision, SHORT_ENTRIES) : null;
    if (atOnce !== null) return atOnce;
    const view = await this.#past.open(asked);
    try {
      return await readInPages(view.reader, request, durable.revision);
    } finally {
      view.release();
    }
  }

  /** Throws at once what is refused: CarefulStore makes a rejection of it. */
  commit(commit: Commit): Promise<CommitResult> {
    const { result, changes } = this.#evaluate(commit);
    return this.#make(changes).then(() => result);
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    return this.#hub.watch(request, sink);
  }

  async compact(revision: number): Promise<void> {
    const head = this.#medium.durable.revision;
    if (revision > head) throw inFuture(revision, head);
    if (revision > this.#medium.compactedRevision) await this.#medium.compact(revision);
  }

  async grantLease({ ttlMs, id = this.#newLeaseId() }: { ttlMs: number; id?: LeaseId }): Promise<{ id: LeaseId; ttlMs: number }> {
    if (!this.#leases.reserve(id)) throw new RollcallError('lease-exists', `Lease ${id.toString(16)} is already granted.`);
    try {
      await this.#medium.write({ granted: { id, ttlMs } });
      this.#leases.add({ id, ttlMs });
      return { id, ttlMs };
    } finally {
      this.#leases.unreserve(id);
    }
  }

  async keepLease(id: LeaseId): Promise<{ ttlMs: number }> {
    const ttlMs = this.#leases.keep(id);
    if (ttlMs === undefined) throw leaseNotFound(id);
    return { ttlMs };
  }

  async revokeLease(id: LeaseId): Promise<{ revision: number }> {
    const ending = this.#leases.beginEnd(id);
    if (ending === undefined) throw leaseNotFound(id);
    try {
      const deletions = this.#keysAtTip(id, ending.keys).map((key) => ({ type: 'delete', range: singleKey(fromText(key)) }) as const);
      const { result, changes } = this.#evaluate({ then: deletions });
      await this.#make(changes, id);
      this.#leases.remove(id);
      return { revision: result.revision };
    } catch (error) {
      ending.undo();
      throw error;
    }
  }

  async lease(id: LeaseId): Promise<Lease> {
    const lease = this.#leases.look(id);
    if (lease === undefined) throw leaseNotFound(id);
    return { id, ttlMs: lease.ttlMs, remainingMs: lease.remainingMs, keys: [...lease.keys].sort().map(fromText) };
  }

  async leases(): Promise<readonly LeaseId[]> {
    return this.#leases.ids;
  }

  async status(): Promise<StoreStatus> {
    const { engine, epoch, durable, compactedRevision } = this.#medium;
    return { engine, epoch, revision: durable.revision, compactedRevision, sizeBytes: this.#medium.sizeBytes() };
  }

  async close(): Promise<void> {
    this.#leases.close();
    this.#compaction.close();
    await this.#medium.close();
    this.#hub.close();
  }

  #evaluate(commit: Commit): Evaluation {
    const { revision, reader } = this.#medium.tip;
    return evaluate(commit, { revision, reader, hasLease: this.#hasLease, readerAt: this.#readerAt });
  }

  /** A commit without changes still waits for what it saw: nobody is shown what is not durable. */
  #make(changes: readonly Change[], revoked?: LeaseId): Promise<void> {
    if (changes.length === 0) return revoked === undefined ? this.#medium.settled() : this.#medium.write({ revoked });
    const batch = { revision: this.#medium.tip.revision + 1, changes };
    return this.#medium.write(revoked === undefined ? { batch } : { batch, revoked });
  }

  readonly #hasLease = (id: LeaseId): boolean => this.#leases.has(id);

  readonly #readerAt = (revision: number): Reader => {
    this.#checkReadable(revision);
    return this.#past.readerAt(revision);
  };

  #checkReadable(revision: number): void {
    const { compactedRevision, durable } = this.#medium;
    if (revision > durable.revision) throw inFuture(revision, durable.revision);
    if (revision < compactedRevision) throw compacted(revision, compactedRevision);
  }

  /** The keys that hang on a lease for the next commit: those that durably do, and those that came since. */
  #keysAtTip(id: LeaseId, durableKeys: ReadonlySet<string>): string[] {
    const { reader } = this.#medium.tip;
    const candidates = new Set([...durableKeys, ...this.#medium.pendingKeys()]);
    return [...candidates].filter((key) => reader.get(key)?.lease === id).sort();
  }

  #newLeaseId(): LeaseId {
    // 63 random bits: etcd's clients read the id as a signed number, and 0 means no lease.
    const bytes = this.#random.bytes(8);
    const id = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) & 0x7fff_ffff_ffff_ffffn;
    return id === 0n || this.#leases.has(id) ? this.#newLeaseId() : id;
  }
}

function inFuture(revision: number, head: number): RollcallError {
  return new RollcallError('revision-in-future', `Revision ${revision} has not happened yet; the log stands at ${head}.`, {
    revision: head,
  });
}
