/** Looking at what a revision did. */
import type { Bytes, Change, RevisionBatch } from '../ports/store.js';
import { toText } from './bytes.js';
import { textRangeHolds, type TextRange } from './key-range.js';

export function keyOf(change: Change): Bytes {
  return change.type === 'put' ? change.entry.key : change.key;
}

/** What a revision did within a range: the very same batch if that is all of it, `null` if it is nothing. */
export function changesWithin(batch: RevisionBatch, range: TextRange): RevisionBatch | null {
  const changes = batch.changes.filter((change) => textRangeHolds(range, toText(keyOf(change))));
  if (changes.length === 0) return null;
  return changes.length === batch.changes.length ? batch : { revision: batch.revision, changes };
}
