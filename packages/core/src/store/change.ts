/** Looking at what a revision did. */
import type { Bytes, Change, RevisionBatch } from '../ports/store.js';
import { textRangeHoldsBytes, type TextRange } from './key-range.js';

export function keyOf(change: Change): Bytes {
  return change.type === 'put' ? change.entry.key : change.key;
}

/** What a revision did within a range: the very same batch if that is all of it, `null` if it is nothing. */
export function changesWithin(batch: RevisionBatch, range: TextRange): RevisionBatch | null {
  return changesOf(batch, (key) => textRangeHoldsBytes(range, key));
}

/** The same, of keys that somebody means. */
export function changesOf(batch: RevisionBatch, isMeant: (key: Bytes) => boolean): RevisionBatch | null {
  const isWithin = (change: Change): boolean => isMeant(keyOf(change));
  // Mostly all of them, or none.
  if (batch.changes.every(isWithin)) return batch.changes.length === 0 ? null : batch;
  const changes = batch.changes.filter(isWithin);
  return changes.length === 0 ? null : { revision: batch.revision, changes };
}
