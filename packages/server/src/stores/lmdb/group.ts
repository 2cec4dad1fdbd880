/** Commits that go to disk together: one sync for all of them. */
import { emptyLayer, keyOf, toText, type Layer, type RevisionBatch } from '@rollcall/core';
import type { MediumWrite } from '../../shared/medium.js';
import { SCATTERED_RECORD_BYTES } from './room.js';

/** The numbers of a record, before and after. */
const RECORD_BYTES = 100;

export class Group {
  readonly writes: MediumWrite[] = [];
  readonly batches: RevisionBatch[] = [];
  /** About how large all of it is. */
  bytes = 0;
  /** Laid over the state before the group, it shows the state after it. */
  readonly layer: Layer = emptyLayer();
  /** Settles when the group is on disk and has been handed to the watchers; fails with all of it. */
  readonly done: Promise<void>;
  resolve!: () => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Who wrote awaits it. That nobody else does must not end the process.
    this.done.catch(() => undefined);
  }

  add(write: MediumWrite): void {
    this.writes.push(write);
    if (write.granted !== undefined || write.revoked !== undefined) this.bytes += SCATTERED_RECORD_BYTES;
    if (write.batch === undefined) return;
    this.batches.push(write.batch);
    for (const change of write.batch.changes) {
      const entry = change.type === 'put' ? change.entry : null;
      this.layer.set(toText(keyOf(change)), entry);
      this.bytes += RECORD_BYTES + keyOf(change).length + (entry?.value.length ?? 0) + (change.previous?.value.length ?? 0);
    }
  }
}
