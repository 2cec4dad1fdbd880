/**
 * The catalog as a stream: plain data that can be copied to another thread, where a projection makes the
 * same catalog of it again.
 */
import type { Instance } from './instance.js';
import type { InstanceRef } from './registration.js';

/** `null` before an arrival, `null` after a departure, never both. */
export interface InstanceChange {
  readonly ref: InstanceRef;
  readonly previous: Instance | null;
  readonly current: Instance | null;
}

/** All that one revision changed. */
export interface ChangeBatch {
  readonly revision: number;
  readonly changes: readonly InstanceChange[];
}

export interface CatalogSnapshot {
  readonly epoch: string;
  readonly revision: number;
  readonly instances: readonly Instance[];
}

export interface FeedListener {
  /**
   * Called once per revision that changed an instance, in order, never concurrently, after the view shows
   * it. Must not throw and must not block: who is slow keeps its own backlog, and bounds it.
   */
  changed(batch: ChangeBatch): void;
  /** The view was read anew, and what happened in between is not known. What you know is worth nothing; look again. */
  reset(): void;
}
