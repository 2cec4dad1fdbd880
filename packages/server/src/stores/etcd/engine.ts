/**
 * The Store on an etcd cluster. What a commit means, what is durable and in which order things happened is etcd's
 * own word; here it is asked for, and told on. Only the happy path stands here; misuse is met by careful-store.ts, in front of it.
 */
import {
  isRollcallError,
  RollcallError,
  type Bytes,
  type Commit,
  type CommitResult,
  type Contact,
  type Lease,
  type LeaseId,
  type Meter,
  type RangeRequest,
  type RangeResult,
  type Store,
  type StoreMember,
  type StoreStatus,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';
import type { EtcdStatus } from '@rollcall/wire';
import type { HistoryLimits } from '../../shared/auto-compaction.js';
import * as calls from './calls.js';
import { Cluster, type ClusterOptions } from './cluster.js';
import { CompactedFloor } from './compacted-floor.js';
import { Compaction } from './compaction.js';
import { WatchContact } from './contact.js';
import { Continuity } from './continuity.js';
import { EpochRecord } from './epoch.js';
import { Following } from './following.js';
import type { Keyspace } from './keyspace.js';
import { LeaseKeeper } from './lease-keeper.js';
import { etcdMetrics } from './metrics.js';
import { readRange } from './reading.js';
import { readPastGets, type PastGets } from './past-gets.js';
import { branchesOf, commitResultOf, takenOf, transactionOf } from './transaction.js';
import { unavailable } from './trouble.js';
import type { WatchedRanges } from './watched.js';

export interface EngineOptions extends Omit<ClusterOptions, 'onReplaced' | 'onDoubt'> {
  readonly keyspace: Keyspace;
  /** All that can be watched: one watch of etcd serves every watch here. */
  readonly watched: WatchedRanges;
  /** A key of etcd that is none of the store's: the epoch stands there. */
  readonly mark: Bytes;
  /** How long the watch may lag behind the log before a key is written for it. `null`: nobody else writes to this etcd. */
  readonly touchAfterMs: number | null;
  /** What is kept of the history; `null` where it is not ours to forget. */
  readonly history: HistoryLimits | null;
  readonly meter: Meter;
}

export class EtcdEngine implements Store {
  readonly #options: EngineOptions;
  readonly #cluster: Cluster;
  readonly #epochRecord: EpochRecord;
  readonly #continuity: Continuity;
  readonly #floor: CompactedFloor;
  readonly #keeper: LeaseKeeper;
  readonly #contact: WatchContact;
  readonly #underWay = new Set<Promise<unknown>>();
  #following: Following | null = null;
  #compaction: Compaction | null = null;
  #doubting = false;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const onReplaced = (reason: string): void => this.#following?.replaced(reason);
    this.#cluster = new Cluster({ ...options, onReplaced, onDoubt: () => void this.#settleDoubt() });
    this.#epochRecord = new EpochRecord(this.#cluster, options.mark, options.random);
    this.#continuity = new Continuity(this.#cluster, options.mark);
    this.#floor = new CompactedFloor(this.#cluster, options.mark);
    this.#keeper = new LeaseKeeper(this.#cluster, options.clock);
    this.#contact = new WatchContact(options.clock);
  }

  get contact(): Contact {
    return this.#contact;
  }

  /** Settles when etcd has answered. */
  async start(): Promise<void> {
    const at = await this.#epochRecord.read();
    this.#contact.heard();
    const replacements = this.#options.meter.counter(etcdMetrics.replaced);
    this.#following = new Following(
      {
        ...this.#options,
        cluster: this.#cluster,
        epochRecord: this.#epochRecord,
        continuity: this.#continuity,
        contact: this.#contact,
        replacements,
        onReplaced: () => this.#floor.startOver(),
      },
      at,
    );
    const { history, clock, log } = this.#options;
    if (history !== null) this.#compaction = new Compaction({ store: this, limits: history, clock, log });
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    this.#checkThere();
    const result = await this.#track(readRange(this.#cluster, this.#options.keyspace, request));
    // Whoever asks for nothing asks where the log stands, and will wait until the watch gets there.
    if (request.limit === 0) this.#following?.expect(result.revision);
    return result;
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#checkThere();
    return this.#track(this.#commit(commit));
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    const following = this.#checkThere();
    if (!following.covers(request.range)) {
      throw new RollcallError('invalid-request', 'This range of the log is not followed by this node.');
    }
    return following.watch(request, sink);
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
    const { revision } = await this.#track(this.#cluster.ask(calls.revokeLease, id));
    return { revision };
  }

  async lease(id: LeaseId): Promise<Lease> {
    const { keyspace } = this.#options;
    const { ttlSeconds, grantedTtlSeconds, keys } = await this.#track(this.#cluster.ask(calls.lookAtLease, id));
    if (ttlSeconds < 0) throw new RollcallError('lease-not-found', `Lease ${id.toString(16)} is not there: it expired or was revoked.`);
    const own = keys.filter((key) => keyspace.holds(key)).map((key) => keyspace.inner(key));
    return { id, ttlMs: grantedTtlSeconds * 1000, remainingMs: ttlSeconds * 1000, keys: own.toSorted(Buffer.compare) };
  }

  async leases(): Promise<readonly LeaseId[]> {
    const { ids } = await this.#track(this.#cluster.ask(calls.listLeases, undefined));
    return ids;
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
    this.#compaction?.close();
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#following?.close();
    await this.#keeper.close();
    this.#cluster.close();
  }

  async #commit(commit: Commit): Promise<CommitResult> {
    const { keyspace } = this.#options;
    const past = await readPastGets(commit, (get) => readRange(this.#cluster, keyspace, get));
    const context = { keyspace, past };
    try {
      const response = await this.#cluster.ask(calls.transaction, transactionOf(commit, context));
      const { revision } = response.header;
      const put = (response.succeeded ? commit.then : commit.else)?.find((operation) => operation.type === 'put');
      if (put !== undefined) this.#continuity.stood(keyspace.outer(put.key), revision);
      return commitResultOf(commit, response, context, revision);
    } catch (error) {
      if (!isRollcallError(error, 'not-found') || past.refused.size === 0) throw error;
      throw (await this.#refusedGet(commit, past)) ?? error;
    }
  }

  /** Whether what was refused was a get of the past: it stands in a branch that is taken, and before any other that is. */
  async #refusedGet(commit: Commit, { refused }: PastGets): Promise<RollcallError | undefined> {
    const response = await this.#cluster.ask(calls.transaction, branchesOf(commit, this.#options.keyspace));
    const gets = takenOf(commit, response).filter((operation) => operation.type === 'get');
    return gets.map((get) => refused.get(get)).find((refusal) => refusal !== undefined);
  }

  /** etcd refuses to compact what is compacted; to whoever wants it gone, that is as good. */
  async #compact(revision: number): Promise<void> {
    const { revision: head } = await this.#epochRecord.read();
    if (revision > head) throw new RollcallError('revision-in-future', `The log stands at revision ${head}.`, { revision: head });
    if (revision <= (await this.#floor.find(head))) return;
    try {
      await this.#cluster.ask(calls.compact, revision);
    } catch (error) {
      if (!isRollcallError(error, 'revision-compacted')) throw error;
    }
    this.#floor.rise(revision);
    this.#following?.forgetBefore(revision);
  }

  async #status(): Promise<StoreStatus> {
    const { epoch, revision } = await this.#epochRecord.read();
    this.#following?.learn(epoch);
    const compactedRevision = await this.#floor.find(revision);
    const [{ databaseBytes, quotaBytes, errors }, statuses] = await Promise.all([
      this.#cluster.ask(calls.askStatus, undefined),
      this.#cluster.statuses(),
    ]);
    return {
      engine: 'etcd',
      epoch,
      revision,
      compactedRevision,
      sizeBytes: databaseBytes,
      ...(quotaBytes === 0 ? {} : { quotaBytes }),
      ...(errors.length === 0 ? {} : { alarms: errors }),
      members: statuses.map(({ address, status }) => memberOf(address, status, revision)),
    };
  }

  /** Asked of all of them, it is seen whether it was one member's slowness. */
  async #settleDoubt(): Promise<void> {
    if (this.#doubting) return;
    this.#doubting = true;
    try {
      await this.#track(this.#continuity.check());
    } catch (error) {
      this.#options.log.warn('etcd does not say where its log stands', { reason: String(error) });
    } finally {
      this.#doubting = false;
    }
  }

  /** Nobody is made to wait for an etcd that has been silent for long: the watch finds out when it is back. */
  #checkThere(): Following {
    if (this.#following === null) throw unavailable('etcd has not been reached yet.');
    if (!this.#contact.isAway) return this.#following;
    throw unavailable(`etcd is away: nothing was heard of it for ${Math.round(this.#contact.silentMs / 1000)} s.`);
  }

  #track<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.#underWay.add(answer);
    return answer.finally(() => this.#underWay.delete(answer));
  }
}

function memberOf(address: string, status: EtcdStatus | null, revision: number): StoreMember {
  if (status === null) return { address, answers: false };
  const { header, leader, version } = status;
  const leads = leader !== 0n && header.memberId === leader;
  return { address, answers: true, leads, version, behind: Math.max(0, revision - header.revision) };
}
