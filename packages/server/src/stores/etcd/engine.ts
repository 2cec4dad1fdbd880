/**
 * The Store on an etcd cluster. What a commit means, what is durable and in which order things happened is etcd's
 * own word; here it is asked for, and told on. Only the happy path stands here; misuse is met by careful-store.ts, in front of it.
 */
import {
  isRollcallError,
  RollcallError,
  toTextRange,
  type Clock,
  type Commit,
  type CommitResult,
  type Contact,
  type KeyRange,
  type Lease,
  type LeaseId,
  type Log,
  type RangeRequest,
  type RangeResult,
  type Random,
  type Store,
  type StoreStatus,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';
import { WatchHub } from '../../shared/watch-hub.js';
import * as calls from './calls.js';
import { Cluster, type ClusterOptions } from './cluster.js';
import { CompactedFloor } from './compacted-floor.js';
import { WatchContact } from './contact.js';
import { EpochRecord } from './epoch.js';
import { Feed } from './feed.js';
import { Keyspace } from './keyspace.js';
import { LeaseKeeper } from './lease-keeper.js';
import { readRange } from './reading.js';
import { readPastGets, type PastGets } from './past-gets.js';
import { branchesOf, commitResultOf, takenOf, transactionOf } from './transaction.js';
import { unavailable } from './trouble.js';

export interface EngineOptions extends Omit<ClusterOptions, 'onReplaced'> {
  readonly keyspace: Keyspace;
  /** All that can be watched: one watch of etcd serves every watch here. */
  readonly watched: KeyRange;
  /** How long the watch may lag behind the log before a key is written for it. `null`: nobody else writes to this etcd. */
  readonly touchAfterMs: number | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export class EtcdEngine implements Store {
  readonly #options: EngineOptions;
  readonly #cluster: Cluster;
  readonly #epochRecord: EpochRecord;
  readonly #floor: CompactedFloor;
  readonly #keeper: LeaseKeeper;
  readonly #contact: WatchContact;
  readonly #underWay = new Set<Promise<unknown>>();
  #hub: WatchHub | null = null;
  #feed: Feed | null = null;
  #epoch = '';
  #touching = false;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#cluster = new Cluster({ ...options, onReplaced: (reason) => void this.#replaced(reason) });
    const mark = options.keyspace.markBefore(options.watched);
    this.#epochRecord = new EpochRecord(this.#cluster, mark, options.random);
    this.#floor = new CompactedFloor(this.#cluster);
    this.#keeper = new LeaseKeeper(this.#cluster);
    this.#contact = new WatchContact(options.clock);
  }

  get contact(): Contact {
    return this.#contact;
  }

  /** Settles when etcd has answered. */
  async start(): Promise<void> {
    const { epoch, revision } = await this.#epochRecord.read();
    this.#epoch = epoch;
    this.#contact.heard();
    const { keyspace, watched, clock, log } = this.#options;
    const { rangeEnd } = keyspace.range(watched);
    const feed = new Feed(
      {
        cluster: this.#cluster,
        keyspace,
        range: { key: keyspace.markBefore(watched), rangeEnd },
        contact: this.#contact,
        clock,
        log,
        onTold: (batches) => this.#hub?.publish(batches),
        onLost: (reason) => this.#lost(reason),
      },
      revision + 1,
    );
    const cluster = this.#cluster;
    this.#feed = feed;
    this.#hub = new WatchHub({
      get durable() {
        return { revision: cluster.head };
      },
      history: (fromRevision, limit, signal) => feed.history(fromRevision, limit, signal),
    });
    feed.start();
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    this.#checkThere();
    const result = await this.#track(readRange(this.#cluster, this.#options.keyspace, request));
    // Whoever asks for nothing asks where the log stands, and will wait until the watch gets there.
    if (request.limit === 0) this.#expect(result.revision);
    return result;
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#checkThere();
    return this.#track(this.#commit(commit));
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    const [wanted, watched] = [toTextRange(request.range), toTextRange(this.#options.watched)];
    const within = wanted.from >= watched.from && (watched.to === null || (wanted.to !== null && wanted.to <= watched.to));
    this.#checkThere();
    if (!within || this.#hub === null) throw new RollcallError('invalid-request', 'This range of the log is not followed by this node.');
    return this.#hub.watch(request, sink);
  }

  compact(revision: number): Promise<void> {
    return this.#track(this.#compact(revision));
  }

  async grantLease({ ttlMs, id = 0n }: { readonly ttlMs: number; readonly id?: LeaseId }): Promise<{ id: LeaseId; ttlMs: number }> {
    const granted = await this.#track(this.#cluster.ask(calls.grantLease, { ttlSeconds: Math.ceil(ttlMs / 1000), id }));
    return { id: granted.id, ttlMs: granted.ttlSeconds * 1000 };
  }

  keepLease(id: LeaseId): Promise<{ readonly ttlMs: number }> {
    return this.#track(this.#keeper.keep(id));
  }

  async revokeLease(id: LeaseId): Promise<{ readonly revision: number }> {
    const { revision } = await this.#track(this.#cluster.ask(calls.revokeLease, id, (header) => header));
    return { revision };
  }

  async lease(id: LeaseId): Promise<Lease> {
    const { keyspace } = this.#options;
    const { ttlSeconds, grantedTtlSeconds, keys } = await this.#track(this.#cluster.ask(calls.lookAtLease, id));
    if (ttlSeconds < 0) throw new RollcallError('lease-not-found', `Lease ${id.toString(16)} is not there: it expired or was revoked.`);
    const own = keys.filter((key) => keyspace.holds(key)).map((key) => keyspace.inner(key));
    return { id, ttlMs: grantedTtlSeconds * 1000, remainingMs: ttlSeconds * 1000, keys: own.toSorted(Buffer.compare) };
  }

  leases(): Promise<readonly LeaseId[]> {
    return this.#track(this.#cluster.ask(calls.listLeases, undefined));
  }

  async status(): Promise<StoreStatus> {
    this.#checkThere();
    return this.#track(this.#status());
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#feed?.close();
    await this.#keeper.close();
    this.#hub?.close();
    this.#cluster.close();
  }

  /**
   * Where others write to the same etcd, the log moves without our keys, and the watch, which hears of our keys only, never
   * gets there. Then one of ours is written. (etcd also tells on request how far a watch is, but old ones tell it too early.)
   */
  #expect(revision: number): void {
    const { clock, touchAfterMs } = this.#options;
    if (this.#touching || touchAfterMs === null || (this.#feed?.position ?? revision) >= revision) return;
    this.#touching = true;
    clock.after(touchAfterMs, () => {
      this.#touching = false;
      if (this.#feed !== null && !this.#feed.isClosed && this.#feed.position < revision) void this.#touch(revision);
    });
  }

  async #touch(revision: number): Promise<void> {
    try {
      await this.#track(this.#epochRecord.touch());
    } catch (error) {
      this.#options.log.warn('the watch of etcd cannot be brought up to where the log stands', { revision, reason: String(error) });
    }
  }

  async #commit(commit: Commit): Promise<CommitResult> {
    const { keyspace } = this.#options;
    const past = await readPastGets(commit, (get) => readRange(this.#cluster, keyspace, get));
    const context = { keyspace, past };
    try {
      const response = await this.#cluster.ask(calls.transaction, transactionOf(commit, context), ({ header }) => header);
      return commitResultOf(commit, response, context, response.header.revision);
    } catch (error) {
      if (!isRollcallError(error, 'not-found') || past.refused.size === 0) throw error;
      throw (await this.#refusedGet(commit, past)) ?? error;
    }
  }

  /** Whether what was refused was a get of the past: it stands in a branch that is taken, and before any other that is. */
  async #refusedGet(commit: Commit, { refused }: PastGets): Promise<RollcallError | undefined> {
    const response = await this.#cluster.ask(calls.transaction, branchesOf(commit, this.#options.keyspace), ({ header }) => header);
    const gets = takenOf(commit, response).filter((operation) => operation.type === 'get');
    return gets.map((get) => refused.get(get)).find((refusal) => refusal !== undefined);
  }

  /** etcd refuses to compact what is compacted; to whoever wants it gone, that is as good. */
  async #compact(revision: number): Promise<void> {
    const { revision: head } = await this.#epochRecord.read();
    if (revision > head) throw new RollcallError('revision-in-future', `The log stands at revision ${head}.`, { revision: head });
    if (revision <= (await this.#floor.find(head))) return;
    await this.#cluster.ask(calls.compact, revision, (header) => header);
    this.#floor.rise(revision);
    this.#feed?.forgetBefore(revision);
  }

  async #status(): Promise<StoreStatus> {
    const { epoch, revision } = await this.#epochRecord.read();
    this.#epoch = epoch;
    const compactedRevision = await this.#floor.find(revision);
    const { databaseBytes } = await this.#cluster.ask(calls.askStatus, undefined);
    return { engine: 'etcd', epoch, revision, compactedRevision, sizeBytes: databaseBytes };
  }

  /** The watch was away for longer than the history goes back. */
  async #lost(reason: RollcallError): Promise<number> {
    const { revision } = await this.#epochRecord.read();
    this.#hub?.startOver(revision, reason);
    return revision + 1;
  }

  /** Restored from a copy, or another one altogether: what was said of revisions so far means nothing any more. */
  async #replaced(reason: string): Promise<void> {
    const { log } = this.#options;
    log.error('etcd is not what it was: everything is read anew, in a new epoch', { reason });
    for (let attempt = 0; this.#feed !== null; attempt++) {
      try {
        const { epoch, revision } = await this.#epochRecord.renew(this.#epoch);
        this.#epoch = epoch;
        this.#floor.startOver();
        this.#feed.startOver(revision + 1);
        this.#hub?.startOver(revision, new RollcallError('revision-compacted', `The log is another one: ${reason}.`, { revision }));
        return;
      } catch (error) {
        log.warn('etcd does not answer yet', { reason: String(error) });
        await this.#cluster.pause(attempt);
      }
    }
  }

  /** Nobody is made to wait for an etcd that has been silent for long: the watch finds out when it is back. */
  #checkThere(): void {
    if (this.#feed === null) throw unavailable('etcd has not been reached yet.');
    if (!this.#contact.isAway) return;
    throw unavailable(`etcd is away: nothing was heard of it for ${Math.round(this.#contact.silentMs / 1000)} s.`);
  }

  #track<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.#underWay.add(answer);
    return answer.finally(() => this.#underWay.delete(answer));
  }
}
