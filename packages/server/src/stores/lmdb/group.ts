/** Commits that go to disk together: one sync for all of them. */
import { emptyLayer, keyOf, toText, type Layer, type RevisionBatch } from '@rollcall/core';
import type { MediumWrite } from '../../shared/medium.js';

export class Group {
  readonly writes: MediumWrite[] = [];
  readonly batches: RevisionBatch[] = [];
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
    if (write.batch === undefined) return;
    this.batches.push(write.batch);
    for (const change of write.batch.changes) this.layer.set(toText(keyOf(change)), change.type === 'put' ? change.entry : null);
  }
}
