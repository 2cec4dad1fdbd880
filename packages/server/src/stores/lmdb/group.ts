/**
 * Commits that go to disk together: one sync for all of them.
 *
 * A group knows what it makes of the keys that it writes (`redo`: laid over the disk, it shows the state
 * after the group) and what they were before (`undo`: laid over the disk, it shows the state before,
 * whether or not the disk has taken the group in already).
 */
import { emptyLayer, keyOf, toText, type Change, type Layer, type RevisionBatch } from '@rollcall/core';
import type { MediumWrite } from '../../shared/medium.js';

export class Group {
  readonly redo: Layer = emptyLayer();
  readonly undo: Layer = emptyLayer();
  readonly writes: MediumWrite[] = [];
  readonly batches: RevisionBatch[] = [];
  /** Settles when the group is on disk and has been handed to the watchers; fails with all of it. */
  readonly done: Promise<void>;
  resolve!: () => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever wrote awaits it; a group that only somebody's `settled` or nobody awaits must not end the process.
    this.done.catch(() => undefined);
  }

  add(write: MediumWrite): void {
    this.writes.push(write);
    if (write.batch === undefined) return;
    this.batches.push(write.batch);
    for (const change of write.batch.changes) this.#layOver(change);
  }

  #layOver(change: Change): void {
    const key = toText(keyOf(change));
    if (this.undo.get(key) === undefined) this.undo.set(key, change.previous);
    this.redo.set(key, change.type === 'put' ? change.entry : null);
  }
}
