/**
 * A medium on LMDB, with group commit: while one group is on its way to disk, the next one gathers.
 *
 * A group is durable when the history has it. LMDB may show it a moment before we have been told so;
 * nobody is misled, because readers see the current table and what checkpoint.ts lays over it, and the
 * history only as far as it is known to be durable. The next commits are judged with all that is pending.
 */
import { statSync } from 'node:fs';
import { NO_LEASE, overlay, type Clock, type Reader, type RevisionBatch, type RollcallError } from '@rollcall/core';
import type { GrantedLease, LogState, Medium, MediumWrite } from '../../shared/medium.js';
import { nextTurn } from '../../shared/turn.js';
import { Checkpoint } from './checkpoint.js';
import { Group } from './group.js';
import type { Head } from './head.js';
import type { Tables } from './tables.js';
import { asStoreError } from './trouble.js';

/** Revisions forgotten in one LMDB transaction, so that commits never wait long behind a compaction. */
const COMPACTION_REVISIONS = 500;

export interface LmdbMediumOptions {
  readonly file: string;
  readonly tables: Tables;
  readonly head: Head;
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
  #compactedRevision: number;
  readonly #checkpoint: Checkpoint;
  #revision: number;
  #tipRevision: number;
  #inFlight: Group | null = null;
  #gathering: Group | null = null;
  /** What writes to LMDB does so one after the other: a transaction that fails takes along all that is queued behind it. */
  #lastWork: Promise<unknown> = Promise.resolve();
  #failed: RollcallError | null = null;
  #closing = false;

  constructor(options: LmdbMediumOptions) {
    const { tables, clock, head } = options;
    this.#options = options;
    this.#tables = tables;
    this.epoch = head.epoch;
    this.#compactedRevision = head.compactedRevision;
    this.#checkpoint = new Checkpoint(
      { tables, clock, commit: (write, bytes) => this.#alone(() => this.#commit(write, bytes)) },
      head.appliedRevision,
    );
    this.#revision = head.appliedRevision;
    this.#tipRevision = head.appliedRevision;
    this.#recover();
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
    return { revision: this.#tipRevision, reader: this.#tipReader() };
  }

  revisions(fromRevision: number, limit: number): readonly RevisionBatch[] {
    const within = Math.min(limit, this.#revision - fromRevision + 1);
    if (within <= 0) return [];
    const batches = Array.from(this.#tables.batches(fromRevision, within), ({ batch }) => batch);
    return batches.filter(({ revision }) => revision <= this.#revision);
  }

  revisionBefore(wallMs: number): number {
    let [low, high] = [this.#compactedRevision, this.#revision + 1];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const [found] = this.#tables.batches(middle, 1);
      if (found !== undefined && found.wallMs < wallMs) low = middle;
      else high = middle;
    }
    return low;
  }

  grantedLeases(): Iterable<GrantedLease> {
    return this.#tables.grantedLeases();
  }

  *leasedKeys(): Generator<{ readonly lease: bigint; readonly key: string }> {
    const { reader } = this.#checkpoint;
    const candidates = new Set([...Array.from(this.#tables.leasedKeys(), ({ key }) => key), ...this.#checkpoint.keys()]);
    for (const key of candidates) yield { lease: reader.get(key)?.lease ?? NO_LEASE, key };
  }

  *pendingKeys(): Generator<string> {
    for (const group of [this.#inFlight, this.#gathering]) if (group !== null) yield* group.layer.keys({ from: '', to: null });
  }

  async write(write: MediumWrite): Promise<void> {
    if (this.#failed !== null) throw this.#failed;
    const group = (this.#gathering ??= this.#newGroup());
    group.add(write);
    this.#tipRevision = write.batch?.revision ?? this.#tipRevision;
    return group.done;
  }

  async settled(): Promise<void> {
    await (this.#gathering ?? this.#inFlight)?.done;
  }

  async compact(revision: number): Promise<void> {
    await this.#alone(async () => {
      if (revision <= this.#compactedRevision) return;
      await this.#commit(() => this.#tables.writeMeta('compacted', revision), 0);
      this.#compactedRevision = revision;
    });
    await this.#removeOldRevisions();
  }

  sizeBytes(): number {
    return statSync(this.#options.file).size;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.settled().catch(() => undefined);
    await this.#checkpoint.close();
    await this.#alone(() => this.#tables.close());
    await this.#options.release();
  }

  /** Work on LMDB, when all earlier work is done. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lastWork.then(work);
    this.#lastWork = result.catch(() => undefined);
    return result;
  }

  /** One LMDB transaction. A failure that leaves the disk in doubt is the last word: nothing is written after it. */
  async #commit(write: () => void, bytes: number): Promise<void> {
    if (this.#failed !== null) throw this.#failed;
    try {
      await this.#tables.commit(write, bytes);
    } catch (error) {
      const trouble = asStoreError(error, this.#options.file);
      if (trouble.code !== 'store-full') this.#failed = trouble;
      throw trouble;
    }
  }

  #newGroup(): Group {
    const group = new Group();
    void this.#alone(() => this.#flush(group));
    return group;
  }

  #tipReader(): Reader {
    let { reader } = this.#checkpoint;
    if (this.#inFlight !== null) reader = overlay(this.#inFlight.layer, reader);
    if (this.#gathering !== null) reader = overlay(this.#gathering.layer, reader);
    return reader;
  }

  async #flush(group: Group): Promise<void> {
    // It failed together with the one before it, against whose outcome it was judged.
    if (group !== this.#gathering) return;
    this.#gathering = null;
    this.#inFlight = group;
    try {
      await this.#commit(() => this.#writeGroup(group), group.bytes);
    } catch (error) {
      return this.#fallBack(group, error);
    }
    this.#inFlight = null;
    this.#advance(group.batches);
    this.onDurable(group.batches);
    group.resolve();
  }

  #writeGroup({ writes, batches }: Group): void {
    const wallMs = this.#options.clock.wallMs();
    for (const { granted, revoked } of writes) {
      if (granted !== undefined) this.#tables.writeLease(granted);
      if (revoked !== undefined) this.#tables.removeLease(revoked);
    }
    for (const batch of batches) this.#tables.writeBatch({ batch, wallMs });
  }

  #advance(batches: readonly RevisionBatch[]): void {
    this.#revision = batches.at(-1)?.revision ?? this.#revision;
    this.#checkpoint.gather(batches);
  }

  /** Nothing of the group is on disk, so nothing that came after it can be either. */
  #fallBack(group: Group, error: unknown): void {
    const gathering = this.#gathering;
    this.#inFlight = null;
    this.#gathering = null;
    this.#tipRevision = this.#revision;
    group.reject(error);
    gathering?.reject(error);
  }

  /** What the current table missed when the process ended, the history knows. */
  #recover(): void {
    const batches = Array.from(this.#tables.batches(this.#revision + 1, Infinity), ({ batch }) => batch);
    this.#advance(batches);
    this.#tipRevision = this.#revision;
  }

  async #removeOldRevisions(): Promise<void> {
    for (let removed = COMPACTION_REVISIONS; removed === COMPACTION_REVISIONS && !this.#closing; await nextTurn()) {
      removed = await this.#alone(() => this.#removeSomeOldRevisions());
    }
  }

  async #removeSomeOldRevisions(): Promise<number> {
    if (this.#closing) return 0;
    // What is not in the current table yet stands nowhere else.
    const before = Math.min(this.#compactedRevision, this.#checkpoint.appliedRevision + 1);
    const old = this.#tables.oldRevisions(before, COMPACTION_REVISIONS);
    if (old.length > 0) {
      await this.#commit(() => {
        for (const revision of old) this.#tables.removeBatch(revision);
      }, 0);
    }
    return old.length;
  }
}
