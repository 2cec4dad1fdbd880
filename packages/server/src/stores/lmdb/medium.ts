/**
 * A medium on LMDB behind a write-ahead log.
 *
 * A commit is durable when the log has it (committer.ts); the tables follow at leisure (checkpoint.ts). So what
 * readers see is the tables, and laid over them what the log has and they have not: never anything that is
 * not on disk.
 */
import { statSync } from 'node:fs';
import { emptyLayer, NO_LEASE, type Clock, type RevisionBatch, type RollcallError } from '@rollcall/core';
import type { GrantedLease, LogState, Medium, MediumWrite } from '../../shared/medium.js';
import { nextTurn } from '../../shared/turn.js';
import { Checkpoint } from './checkpoint.js';
import type { TimedBatch } from './codec.js';
import { Committer } from './committer.js';
import type { Frame } from './frame.js';
import { layerOf } from './gathered.js';
import type { SealedGroup } from './group.js';
import type { Head } from './head.js';
import { behind, lastOf } from './stretch.js';
import type { Tables } from './tables.js';
import type { Transactions } from './transactions.js';
import type { WriteAheadLog } from './write-ahead-log.js';

/** Chapters of the history forgotten in one LMDB transaction, so that a pass never waits long behind a compaction. */
const COMPACTION_CHAPTERS = 50;

export interface LmdbMediumOptions {
  readonly directory: string;
  readonly file: string;
  readonly tables: Tables;
  readonly transactions: Transactions;
  readonly head: Head;
  readonly log: WriteAheadLog;
  /** What the log held when it was opened. */
  readonly frames: readonly Frame[];
  readonly clock: Clock;
  /** Called last, when nothing of the store is open any more. */
  readonly release: () => Promise<void>;
}

export class LmdbMedium implements Medium {
  readonly engine = 'lmdb';
  readonly epoch: string;
  onDurable: Medium['onDurable'] = () => undefined;
  readonly #options: LmdbMediumOptions;
  readonly #tables: Tables;
  readonly #transactions: Transactions;
  readonly #checkpoint: Checkpoint;
  readonly #committer: Committer;
  #compactedRevision: number;
  #revision: number;
  #closing = false;

  constructor(options: LmdbMediumOptions) {
    const { tables, clock, head, log, directory } = options;
    this.#options = options;
    this.#tables = tables;
    this.epoch = head.epoch;
    this.#compactedRevision = head.compactedRevision;
    this.#revision = head.appliedRevision;
    this.#transactions = options.transactions;
    this.#checkpoint = new Checkpoint({ tables, log, clock, commit: (write, bytes) => this.#commit(write, bytes) }, head.appliedRevision);
    for (const frame of options.frames) this.#recover(frame);
    this.#committer = new Committer({
      log,
      clock,
      directory,
      durable: () => this.durable,
      onCommitted: (group) => this.#committed(group),
      catchUp: () => this.#checkpoint.catchUp(),
    });
    // A compaction that was cut short by a crash goes on; nobody can see what it still has to remove.
    void this.#removeOldRevisions().catch(() => undefined);
  }

  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  get durable(): LogState {
    return { revision: this.#revision, reader: this.#checkpoint.reader };
  }

  get tip(): LogState {
    return this.#committer.tip;
  }

  revisions(fromRevision: number, limit: number): readonly RevisionBatch[] {
    return this.#timedBatches(fromRevision, limit).map(({ batch }) => batch);
  }

  revisionBefore(wallMs: number): number {
    let [low, high] = [this.#compactedRevision, this.#revision + 1];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const [found] = this.#timedBatches(middle, 1);
      if (found !== undefined && found.wallMs < wallMs) low = middle;
      else high = middle;
    }
    return low;
  }

  grantedLeases(): Iterable<GrantedLease> {
    const leases = new Map([...this.#tables.grantedLeases()].map(({ id, ttlMs }): [bigint, number | null] => [id, ttlMs]));
    for (const [id, ttlMs] of this.#checkpoint.leases()) leases.set(id, ttlMs);
    return [...leases].flatMap(([id, ttlMs]) => (ttlMs === null ? [] : [{ id, ttlMs }]));
  }

  *leasedKeys(): Generator<{ readonly lease: bigint; readonly key: string }> {
    const { reader } = this.#checkpoint;
    const candidates = new Set([...Array.from(this.#tables.leasedKeys(), ({ key }) => key), ...this.#checkpoint.keys()]);
    for (const key of candidates) yield { lease: reader.get(key)?.lease ?? NO_LEASE, key };
  }

  pendingKeys(): Iterable<string> {
    return this.#committer.pendingKeys();
  }

  write(write: MediumWrite): Promise<void> {
    return this.#committer.write(write);
  }

  settled(): Promise<void> {
    return this.#committer.settled();
  }

  async compact(revision: number): Promise<void> {
    if (revision <= this.#compactedRevision) return;
    await this.#commit(() => this.#tables.writeMeta('compacted', revision), 0);
    this.#compactedRevision = Math.max(this.#compactedRevision, revision);
    await this.#removeOldRevisions();
  }

  sizeBytes(): number {
    return statSync(this.#options.file).size + this.#options.log.usedBytes;
  }

  async close(): Promise<void> {
    const { log, release } = this.#options;
    this.#closing = true;
    await this.settled().catch(() => undefined);
    const complete = await this.#checkpoint.close();
    if (complete) await this.#forgetLog();
    await log.close();
    await this.#transactions.alone(() => this.#tables.close());
    await release();
  }

  /** Whatever the log holds is in the tables: the next start needs none of it. */
  async #forgetLog(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#commit(() => {
        this.#tables.writeMeta('segment', 0);
        this.#tables.writeMeta('lastSegment', log.lastNumber);
      }, 0);
      await log.remove();
    } catch {
      // Then the next start reads it once more, and finds that it knows it all.
    }
  }

  async #commit(write: () => void, bytes: number): Promise<void> {
    try {
      await this.#transactions.commit(write, bytes);
    } catch (error) {
      if (this.#transactions.doubt !== null) this.#committer.refuseFromNowOn(error as RollcallError);
      throw error;
    }
  }

  #committed({ batches, stretch, layer, leases }: SealedGroup): void {
    this.#revision = batches.at(-1)?.revision ?? this.#revision;
    this.#checkpoint.gather(this.#options.log.sequence, stretch, layer, leases);
    this.onDurable(batches);
  }

  /** What the tables missed when the process ended, the log knows. */
  #recover({ stretch, leases, sequence }: Frame): void {
    const missed = stretch && behind(this.#revision, stretch);
    if (missed !== null) this.#revision = lastOf(missed);
    this.#checkpoint.gather(sequence, missed, missed === null ? emptyLayer() : layerOf(missed), leases);
  }

  /** From the tables as far as they go, and what follows from memory. */
  #timedBatches(fromRevision: number, limit: number): readonly TimedBatch[] {
    const within = Math.min(limit, this.#checkpoint.appliedRevision - fromRevision + 1);
    const carried = within > 0 ? [...this.#tables.batches(fromRevision, within)] : [];
    const next = (carried.at(-1)?.batch.revision ?? fromRevision - 1) + 1;
    return [...carried, ...this.#checkpoint.revisions(next, limit - carried.length)];
  }

  async #removeOldRevisions(): Promise<void> {
    for (let removed = COMPACTION_CHAPTERS; removed === COMPACTION_CHAPTERS && !this.#closing; await nextTurn()) {
      // What is not in the tables yet, they can't forget.
      const before = Math.min(this.#compactedRevision, this.#checkpoint.appliedRevision + 1);
      const old = this.#tables.oldChapters(before, COMPACTION_CHAPTERS);
      removed = old.length;
      if (removed > 0) await this.#commit(() => old.forEach((first) => this.#tables.removeChapter(first)), 0);
    }
  }
}
