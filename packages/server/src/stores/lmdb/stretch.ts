/** Revisions that follow one another, as a frame of the log holds them: so they are encoded once, for the log and for the history. */
import { decodeBatch, LENGTH_BYTES, revisionKey, type TimedBatch } from './codec.js';

export interface Stretch {
  readonly bytes: Buffer;
  readonly firstRevision: number;
  /** Where each of them begins, with its length in front, and where it ends; the next may follow at a distance. */
  readonly places: readonly number[];
}

export function countOf({ places }: Stretch): number {
  return places.length / 2;
}

export function lastOf(stretch: Stretch): number {
  return stretch.firstRevision + countOf(stretch) - 1;
}

export function startOf({ places }: Stretch, index: number): number {
  return places[2 * index] as number;
}

export function endOf({ places }: Stretch, index: number): number {
  return places[2 * index + 1] as number;
}

export function batchOf(stretch: Stretch, index: number): TimedBatch {
  const record = stretch.bytes.subarray(startOf(stretch, index) + LENGTH_BYTES, endOf(stretch, index));
  return decodeBatch(revisionKey(stretch.firstRevision + index), record);
}

/** What follows the revision; `null` if nothing does. */
export function behind(revision: number, stretch: Stretch): Stretch | null {
  const left = Math.max(0, revision + 1 - stretch.firstRevision);
  if (left >= countOf(stretch)) return null;
  return { bytes: stretch.bytes, firstRevision: stretch.firstRevision + left, places: stretch.places.slice(2 * left) };
}
