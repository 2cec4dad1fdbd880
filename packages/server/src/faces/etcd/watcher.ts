/** One watch of a stream: what the log tells, as messages, no faster than they are taken. */
import { isRollcallError, type KeyRange, type RevisionBatch, type Store, type Watch, type WatchSink } from '@rollcall/core';
import type { Wanted, WatchFrames } from './watch-frames.js';

export interface WatcherOptions {
  readonly id: number;
  readonly store: Store;
  readonly range: KeyRange;
  /** The first revision that it wants to hear of. */
  readonly from: number;
  readonly wanted: Wanted;
  readonly inFragments: boolean;
  readonly notifiesProgress: boolean;
  readonly frames: WatchFrames;
  readonly write: (frame: Uint8Array) => void;
  /** Settles when what was written is taken; `null` while there is room. */
  readonly room: () => Promise<void> | null;
  /** Called once, and not for one that was cancelled. `compactedTo`: what it wanted to hear of is gone. */
  readonly onEnded: (reason: { readonly compactedTo: number } | { readonly error: unknown }) => void;
  /** Where it can be shown that nothing is missed by beginning later: there. `null`: it cannot. */
  readonly resumeAt: (range: KeyRange, from: number, compactedTo: number) => Promise<number | null>;
}

export class Watcher implements WatchSink {
  readonly #options: WatcherOptions;
  #watch: Watch;
  #isCancelled = false;
  /** Its past is gone: it is told nothing any more. */
  #isOver = false;
  /** It was handed something that it has not told yet. */
  #isHolding = false;
  /** Since it was last asked. */
  #heard = false;

  /** Throws what the log throws; tells nothing before whoever made it has had his turn. */
  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#watch = this.#begin(options.from);
  }

  get id(): number {
    return this.#options.id;
  }

  get notifiesProgress(): boolean {
    return this.#options.notifiesProgress && !this.#isOver;
  }

  /** Whether it was told everything up to here that it will be, and wants to hear of what comes next. */
  isAbreast(revision: number): boolean {
    return this.#isOver || (!this.#isHolding && this.#options.from <= revision + 1 && this.#watch.position >= revision);
  }

  /** Whether anything was told since this was last asked. */
  takeHeard(): boolean {
    const heard = this.#heard;
    this.#heard = false;
    return heard;
  }

  /** Many may share a stream that is full: then each of them holds what it has to say, and none adds to what waits. */
  next(batch: RevisionBatch): void | Promise<void> {
    const full = this.#options.room();
    if (full !== null) return this.#tellLater(batch, full);
    this.#tell(batch);
    return this.#options.room() ?? undefined;
  }

  async #tellLater(batch: RevisionBatch, full: Promise<void>): Promise<void> {
    this.#isHolding = true;
    for (let wait: Promise<void> | null = full; wait !== null; wait = this.#options.room()) await wait;
    this.#isHolding = false;
    if (!this.#isCancelled) this.#tell(batch);
  }

  #tell(batch: RevisionBatch): void {
    const { frames, id, wanted, inFragments, write } = this.#options;
    for (const frame of frames.of(batch, id, wanted, inFragments)) {
      this.#heard = true;
      write(frame);
    }
  }

  ended(reason: Error | null): void {
    if (this.#isCancelled) return;
    if (isRollcallError(reason, 'revision-compacted')) void this.#compacted(reason);
    else this.#options.onEnded({ error: reason });
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#watch.cancel();
  }

  #begin(fromRevision: number): Watch {
    const { store, range, wanted } = this.#options;
    return store.watch({ range, fromRevision, previous: wanted.previous }, this);
  }

  async #compacted(reason: Error & { readonly details: Readonly<Record<string, unknown>> }): Promise<void> {
    const { store, range, onEnded, resumeAt } = this.#options;
    try {
      const told = reason.details['compactedRevision'];
      const compactedTo = typeof told === 'number' ? told : (await store.status()).compactedRevision;
      const next = Math.max(this.#options.from, this.#watch.position + 1);
      const at = next >= compactedTo ? null : await resumeAt(range, next, compactedTo);
      if (this.#isCancelled) return;
      if (at !== null) this.#watch = this.#begin(at);
      else {
        this.#isOver = true;
        onEnded({ compactedTo });
      }
    } catch (error) {
      if (!this.#isCancelled) onEnded({ error });
    }
  }
}
