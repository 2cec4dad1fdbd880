/**
 * A medium on LMDB, with group commit: while one group is on its way to disk, the next one gathers.
 *
 * What may be seen is exactly what is durable. LMDB may show a group a moment before we have been told
 * that it is on disk, so readers look at LMDB through the group's `undo`; the next commits are judged
 * through the `redo` of all that is pending. Both are right whether LMDB shows the group or not.
 */
import { statSync } from 'node:fs';
import { overlay, RollcallError, type Clock, type Reader, type RevisionBatch } from '@rollcall/core';
import type { GrantedLease, LogState, Medium, MediumWrite } from '../../shared/medium.js';
import { nextTurn } from '../../shared/turn.js';
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
  #durable: LogState;
  #tip: LogState;
  #inFlight: Group | null = null;
  #gathering: Group | null = null;
  /** What writes to LMDB does so one after the other: a transaction that fails takes along all that is queued behind it. */
  #lastWork: Promise<unknown> = Promise.resolve();
  #failed: RollcallError | null = null;
  #closing = false;

  constructor(options: LmdbMediumOptions) {
    this.#options = options;
    this.#tables = options.tables;
    this.epoch = options.head.epoch;
    this.#compactedRevision = options.head.compactedRevision;
    this.#durable = { revision: options.head.revision, reader: this.#tables.reader };
    this.#tip = this.#durable;
    // A compaction that was cut short by a crash goes on; nobody can see what it still has to remove.
    void this.#removeOldRevisions().catch(() => undefined);
  }

  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  get durable(): LogState {
    return this.#durable;
  }

  get tip(): LogState {
    return this.#tip;
  }

  revisions(fromRevision: number, limit: number): readonly RevisionBatch[] {
    const within = Math.min(limit, this.#durable.revision - fromRevision + 1);
    if (within <= 0) return [];
    const batches = Array.from(this.#tables.batches(fromRevision, within), ({ batch }) => batch);
    return batches.filter(({ revision }) => revision <= this.#durable.revision);
  }

  revisionBefore(wallMs: number): number {
    let [low, high] = [this.#compactedRevision, this.#durable.revision + 1];
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

  leasedKeys(): Iterable<{ readonly lease: bigint; readonly key: string }> {
    return this.#tables.leasedKeys();
  }

  *pendingKeys(): Generator<string> {
    for (const group of [this.#inFlight, this.#gathering]) if (group !== null) yield* group.redo.keys({ from: '', to: null });
  }

  async write(write: MediumWrite): Promise<void> {
    if (this.#failed !== null) throw this.#failed;
    const group = (this.#gathering ??= this.#newGroup());
    group.add(write);
    if (write.batch !== undefined) this.#tip = { revision: write.batch.revision, reader: this.#tip.reader };
    return group.done;
  }

  async settled(): Promise<void> {
    await (this.#gathering ?? this.#inFlight)?.done;
  }

  async compact(revision: number): Promise<void> {
    await this.#alone(async () => {
      if (revision <= this.#compactedRevision) return;
      await this.#tables.commit(() => this.#tables.writeMeta('compacted', revision));
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
    await this.#alone(() => this.#tables.close());
    await this.#options.release();
  }

  /** Work on LMDB, when all earlier work is done. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lastWork.then(work);
    this.#lastWork = result.catch(() => undefined);
    return result;
  }

  #newGroup(): Group {
    const group = new Group();
    this.#tip = { revision: this.#tip.revision, reader: overlay(group.redo, this.#pendingReader()) };
    void this.#alone(() => this.#flush(group));
    return group;
  }

  #pendingReader(): Reader {
    return this.#inFlight === null ? this.#tables.reader : overlay(this.#inFlight.redo, this.#tables.reader);
  }

  async #flush(group: Group): Promise<void> {
    // It failed together with the one before it, against whose outcome it was judged.
    if (group !== this.#gathering) return;
    this.#gathering = null;
    this.#inFlight = group;
    this.#durable = { revision: this.#durable.revision, reader: overlay(group.undo, this.#tables.reader) };
    try {
      await this.#tables.commit(() => this.#writeGroup(group));
    } catch (error) {
      return this.#fallBack(group, asStoreError(error, this.#options.file));
    }
    this.#advance(group);
    group.resolve();
  }

  #writeGroup({ writes, batches }: Group): void {
    const wallMs = this.#options.clock.wallMs();
    for (const { granted, revoked } of writes) {
      if (granted !== undefined) this.#tables.writeLease(granted);
      if (revoked !== undefined) this.#tables.removeLease(revoked);
    }
    for (const batch of batches) {
      this.#tables.writeBatch({ batch, wallMs });
      for (const change of batch.changes) this.#tables.writeChange(change);
    }
    const last = batches.at(-1);
    if (last !== undefined) this.#tables.writeMeta('head', last.revision);
  }

  #advance(group: Group): void {
    const revision = group.batches.at(-1)?.revision ?? this.#durable.revision;
    for (const { changes } of group.batches) this.#tables.settleLongKeys(changes);
    this.#inFlight = null;
    this.#durable = { revision, reader: this.#tables.reader };
    this.#rebaseTip();
    this.onDurable(group.batches);
  }

  /** Nothing of the group is on disk, so nothing that came after it can be either. */
  #fallBack(group: Group, error: RollcallError): void {
    const gathering = this.#gathering;
    this.#inFlight = null;
    this.#gathering = null;
    if (error.code !== 'store-full') this.#failed = error;
    this.#durable = { revision: this.#durable.revision, reader: this.#tables.reader };
    this.#tip = this.#durable;
    group.reject(error);
    gathering?.reject(error);
  }

  #rebaseTip(): void {
    const revision = Math.max(this.#tip.revision, this.#durable.revision);
    const reader = this.#gathering === null ? this.#tables.reader : overlay(this.#gathering.redo, this.#tables.reader);
    this.#tip = { revision, reader };
  }

  async #removeOldRevisions(): Promise<void> {
    for (let removed = COMPACTION_REVISIONS; removed === COMPACTION_REVISIONS && !this.#closing; await nextTurn()) {
      removed = await this.#alone(() => this.#removeSomeOldRevisions());
    }
  }

  async #removeSomeOldRevisions(): Promise<number> {
    if (this.#closing) return 0;
    const old = this.#tables.oldRevisions(this.#compactedRevision, COMPACTION_REVISIONS);
    if (old.length > 0) {
      await this.#tables.commit(() => {
        for (const revision of old) this.#tables.removeBatch(revision);
      });
    }
    return old.length;
  }
}
