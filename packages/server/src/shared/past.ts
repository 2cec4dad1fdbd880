/**
 * Reading the log as it was. The present is on hand and the history knows what every change replaced; so
 * the past is the present with the changes since then undone (see core's overlay).
 *
 * A view of the past costs memory for every key that changed since. Long reads go page by page at one
 * revision, so a view stays for a while after it was used, and follows the present meanwhile.
 */
import { emptyLayer, keyOf, overlay, RollcallError, toText, type Layer, type Reader, type RevisionBatch } from '@rollcall/core';
import type { Medium } from './medium.js';
import { nextTurn } from './turn.js';

/** Revisions undone in one turn of the event loop. */
const UNDO_REVISIONS = 1_000;

/** Views kept although nobody is reading from them, and for how many further revisions: enough for the next page to come. */
const IDLE_VIEWS_MAX = 4;
const IDLE_REVISIONS_MAX = 10_000;

export interface PastView {
  readonly reader: Reader;
  /** To be called once, when the reading is done. */
  release(): void;
}

interface View {
  readonly layer: Layer;
  /** All changes up to this revision are undone. */
  undoneTo: number;
  readers: number;
  idleRevisions: number;
}

export class Past {
  readonly #medium: Medium;
  readonly #views = new Map<number, View>();

  constructor(medium: Medium) {
    this.#medium = medium;
  }

  /** The log at `revision`, which must be neither compacted nor in the future. */
  async open(revision: number): Promise<PastView> {
    const view = this.#viewAt(revision);
    view.readers++;
    try {
      while (this.#medium.durable.revision - view.undoneTo > UNDO_REVISIONS) {
        this.#undo(view, UNDO_REVISIONS);
        await nextTurn();
      }
      return this.#opened(view);
    } catch (error) {
      // Compacted away while it was being undone: nobody can go on with it.
      this.#views.delete(revision);
      throw error;
    }
  }

  /** The same in one go, for those who can't wait: a read inside a commit. */
  readerAt(revision: number): Reader {
    const view = this.#viewAt(revision);
    view.readers++;
    const { reader, release } = this.#opened(view);
    release();
    return reader;
  }

  /** The present moved on: views that are up to date stay so. */
  follow(batches: readonly RevisionBatch[]): void {
    for (const [revision, view] of this.#views) {
      for (const batch of batches) if (batch.revision === view.undoneTo + 1) undoBatch(view, batch);
      if (view.readers > 0) continue;
      view.idleRevisions += batches.length;
      if (view.idleRevisions > IDLE_REVISIONS_MAX) this.#views.delete(revision);
    }
  }

  #opened(view: View): PastView {
    this.#undo(view, Infinity);
    return { reader: overlay(view.layer, this.#present), release: () => this.#release(view) };
  }

  /** Not the reader of one moment: views are read over many turns, while the present moves on beneath them. */
  readonly #present: Reader = {
    get: (key) => this.#medium.durable.reader.get(key),
    entries: (range) => this.#medium.durable.reader.entries(range),
  };

  #release(view: View): void {
    view.readers--;
    view.idleRevisions = 0;
    const idle = [...this.#views].filter(([, one]) => one.readers === 0);
    for (const [revision] of idle.slice(0, -IDLE_VIEWS_MAX)) this.#views.delete(revision);
  }

  #viewAt(revision: number): View {
    const known = this.#views.get(revision);
    if (known !== undefined) return known;
    const view: View = { layer: emptyLayer(), undoneTo: revision, readers: 0, idleRevisions: 0 };
    this.#views.set(revision, view);
    return view;
  }

  #undo(view: View, revisionsMax: number): void {
    const until = Math.min(this.#medium.durable.revision, view.undoneTo + revisionsMax);
    while (view.undoneTo < until) {
      const batches = this.#medium.revisions(view.undoneTo + 1, UNDO_REVISIONS);
      if (batches[0]?.revision !== view.undoneTo + 1) throw compacted(view.undoneTo, this.#medium.compactedRevision);
      for (const batch of batches) undoBatch(view, batch);
    }
  }
}

/** Going forward through time, the first change of a key after the view's revision tells what the key was at it. */
function undoBatch(view: View, batch: RevisionBatch): void {
  for (const change of batch.changes) {
    const key = toText(keyOf(change));
    if (view.layer.get(key) === undefined) view.layer.set(key, change.previous);
  }
  view.undoneTo = batch.revision;
}

export function compacted(revision: number, compactedRevision: number): RollcallError {
  const message = `Revision ${revision} is compacted away; the oldest that can be read or watched is ${compactedRevision}.`;
  return new RollcallError('revision-compacted', message, { compactedRevision });
}
