/** A medium that keeps everything in memory. What is written is there at once, so durable and tip are one. */
import { keyOf, OrderedMap, toText, type Clock, type Entry, type Reader, type RevisionBatch } from '@rollcall/core';
import type { GrantedLease, LogState, Medium, MediumWrite } from '../../shared/medium.js';

export interface MemoryContents {
  readonly epoch: string;
  readonly revision: number;
  readonly entries: readonly Entry[];
  readonly leases: readonly GrantedLease[];
}

export class MemoryMedium implements Medium {
  readonly engine = 'memory';
  readonly epoch: string;
  readonly #clock: Clock;
  onDurable: Medium['onDurable'] = () => undefined;
  readonly #entries = new OrderedMap<Entry>();
  readonly #leases: readonly GrantedLease[];
  /** The revisions from `compactedRevision` on, none missing, but for the first one of a log that never had it. */
  #history: RevisionBatch[] = [];
  /** When each of them was committed. */
  #wallMs: number[] = [];
  #revision: number;
  #compactedRevision: number;
  #sizeBytes = 0;

  constructor(clock: Clock, { epoch, revision, leases, entries }: MemoryContents) {
    this.#clock = clock;
    this.epoch = epoch;
    this.#revision = revision;
    this.#compactedRevision = revision;
    this.#leases = leases;
    for (const entry of entries) this.#set(entry);
  }

  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  get durable(): LogState {
    return { revision: this.#revision, reader: this.#reader };
  }

  get tip(): LogState {
    return this.durable;
  }

  revisions(fromRevision: number, limit: number): readonly RevisionBatch[] {
    const oldest = this.#history[0]?.revision ?? this.#revision + 1;
    const start = Math.max(0, fromRevision - oldest);
    return this.#history.slice(start, start + limit);
  }

  revisionBefore(wallMs: number): number {
    const index = this.#wallMs.findLastIndex((committedMs) => committedMs < wallMs);
    return this.#history[index]?.revision ?? this.#compactedRevision;
  }

  grantedLeases(): readonly GrantedLease[] {
    return this.#leases;
  }

  *leasedKeys(): Generator<{ lease: bigint; key: string }> {
    for (const key of this.#entries.keys({ from: '', to: null })) yield { lease: this.#entries.get(key)?.lease ?? 0n, key };
  }

  pendingKeys(): readonly string[] {
    return [];
  }

  async write({ batch }: MediumWrite): Promise<void> {
    if (batch === undefined) return;
    this.#apply(batch);
    this.onDurable([batch]);
  }

  async settled(): Promise<void> {
    return undefined;
  }

  async compact(revision: number): Promise<void> {
    this.#compactedRevision = revision;
    const kept = this.#history.findIndex((batch) => batch.revision >= revision);
    this.#history = this.#history.slice(kept);
    this.#wallMs = this.#wallMs.slice(kept);
  }

  sizeBytes(): number {
    return this.#sizeBytes;
  }

  async close(): Promise<void> {
    return undefined;
  }

  readonly #reader: Reader = {
    get: (key) => this.#entries.get(key),
    entries: (range) => this.#entriesIn(range),
  };

  *#entriesIn(range: { readonly from: string; readonly to: string | null }): Generator<Entry> {
    for (const key of this.#entries.keys(range)) yield this.#entries.get(key) as Entry;
  }

  #apply(batch: RevisionBatch): void {
    this.#revision = batch.revision;
    this.#history.push(batch);
    this.#wallMs.push(this.#clock.wallMs());
    for (const change of batch.changes) {
      if (change.type === 'put') this.#set(change.entry);
      else this.#delete(toText(keyOf(change)));
    }
  }

  #set(entry: Entry): void {
    const key = toText(entry.key);
    this.#sizeBytes += sizeOf(entry) - sizeOf(this.#entries.get(key));
    this.#entries.set(key, entry);
  }

  #delete(key: string): void {
    this.#sizeBytes -= sizeOf(this.#entries.get(key));
    this.#entries.delete(key);
  }
}

function sizeOf(entry: Entry | undefined): number {
  return entry === undefined ? 0 : entry.key.length + entry.value.length;
}
