/** Commits that go to disk together: one sync for all of them. */
import { emptyLayer, setChange, type Layer, type RevisionBatch } from '@rollcall/core';
import type { MediumWrite } from '../../shared/medium.js';
import type { FrameWriter, LeaseRecord, UnsealedFrame } from './frame.js';
import type { Stretch } from './stretch.js';

export class Group {
  readonly #writer: FrameWriter;
  readonly #batches: RevisionBatch[] = [];
  readonly #leases: LeaseRecord[] = [];
  /** Laid over the state before the group, it shows the state after it. */
  readonly layer: Layer = emptyLayer();
  /** Settles when the group is on disk and has been handed to the watchers; fails with all of it. */
  readonly done: Promise<void>;
  resolve!: () => void;
  reject!: (reason: unknown) => void;

  /** How many writes it has. */
  size = 0;

  /** Whatever is added goes into the writer at once: so it is done while the disk is busy with the group before. */
  constructor(writer: FrameWriter) {
    this.#writer = writer;
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Who wrote awaits it. That nobody else does must not end the process.
    this.done.catch(() => undefined);
  }

  add({ batch, granted, revoked }: MediumWrite, wallMs: number): void {
    this.size++;
    if (batch !== undefined) this.#addBatch(batch, wallMs);
    if (granted !== undefined) this.#addLease({ granted });
    if (revoked !== undefined) this.#addLease({ revoked });
  }

  /** As the log and the history keep it. To be called once, when nothing is added any more. */
  seal(): SealedGroup {
    return { ...this.#writer.take(), layer: this.layer, batches: this.#batches, leases: this.#leases };
  }

  #addBatch(batch: RevisionBatch, wallMs: number): void {
    this.#writer.batch({ batch, wallMs });
    this.#batches.push(batch);
    for (const change of batch.changes) setChange(this.layer, change);
  }

  #addLease(record: LeaseRecord): void {
    this.#writer.lease(record);
    this.#leases.push(record);
  }
}

export interface SealedGroup {
  readonly frame: UnsealedFrame;
  readonly batches: readonly RevisionBatch[];
  /** The same, encoded. */
  readonly stretch: Stretch | null;
  readonly layer: Layer;
  readonly leases: readonly LeaseRecord[];
}
