/** What is durable in the write-ahead log and not in the tables yet. */
import { emptyLayer, keyOf, toText, type Layer, type LeaseId } from '@rollcall/core';
import type { TimedBatch } from './codec.js';
import type { LogRecord } from './frame.js';

/** A revision, and the same as the history keeps it. */
export interface GatheredBatch extends TimedBatch {
  readonly encoded: Buffer;
}

export class Gathered {
  readonly batches: GatheredBatch[] = [];
  /** The latest value of every key that changed. */
  readonly layer: Layer = emptyLayer();
  /** The ttl of each lease that was granted, `null` for those revoked. */
  readonly leases: Map<LeaseId, number | null> = new Map();
  bytes = 0;
  lastRevision: number;
  /** Of the last frame of the log that is in it. */
  sequence = 0;

  /** Whatever comes follows this revision. */
  constructor(revision: number) {
    this.lastRevision = revision;
  }

  get isEmpty(): boolean {
    return this.batches.length === 0 && this.leases.size === 0;
  }

  add(sequence: number, batches: readonly GatheredBatch[], leases: readonly LogRecord[]): void {
    for (const batch of batches) this.#addBatch(batch);
    for (const record of leases) this.#addLease(record);
    this.sequence = sequence;
  }

  /** Those of the revisions from `fromRevision` on, at most `limit`. */
  revisions(fromRevision: number, limit: number): readonly GatheredBatch[] {
    const first = this.batches[0]?.batch.revision ?? Infinity;
    const start = Math.max(0, fromRevision - first);
    return this.batches.slice(start, start + limit);
  }

  /** What came later, laid over this. */
  absorb(later: Gathered): void {
    if (later.isEmpty) return;
    for (const batch of later.batches) this.#addBatch(batch);
    for (const [id, ttlMs] of later.leases) this.leases.set(id, ttlMs);
    this.sequence = later.sequence;
  }

  #addBatch(batch: GatheredBatch): void {
    this.batches.push(batch);
    this.bytes += batch.encoded.length;
    this.lastRevision = batch.batch.revision;
    for (const change of batch.batch.changes) this.layer.set(toText(keyOf(change)), change.type === 'put' ? change.entry : null);
  }

  #addLease(record: LogRecord): void {
    if (record.type === 'granted') this.leases.set(record.lease.id, record.lease.ttlMs);
    if (record.type === 'revoked') this.leases.set(record.lease, null);
  }
}
