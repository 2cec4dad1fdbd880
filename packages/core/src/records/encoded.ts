/**
 * The log as it feeds a view: records as the bytes that the log holds, in batches of one revision each. Plain data
 * that can be copied to another thread, where the same feed makes the same view again.
 */
import { FIRST_REVISION, type Bytes, type Change, type Entry } from '../ports/store.js';

export interface EncodedRecord {
  readonly key: Bytes;
  /** `null`: it was taken out. */
  readonly value: Bytes | null;
  /** Both 0 for what was taken out. */
  readonly createRevision: number;
  readonly revision: number;
}

/** All that one revision did. */
export interface EncodedBatch {
  readonly revision: number;
  readonly records: readonly EncodedRecord[];
}

/**
 * What a feed feeds: `begin`, any number of `page`s, `finish`, and from then on `apply` in the order of revisions; again
 * from `begin` when its place in the log was lost. None of them may throw.
 */
export interface EncodedSink {
  /** A reading of everything begins, as of this revision. What was shown before is shown until it is finished. */
  begin(start: { readonly epoch: string; readonly revision: number }): void;
  /** Some of what there is, in any order; of a record that comes again, the last counts. Registrations first are the quickest. */
  page(records: readonly EncodedRecord[]): void;
  finish(): void;
  apply(batch: EncodedBatch): void;
  /** Since when (wall clock) the log cannot be followed; `null` when it can again. */
  stale(sinceMs: number | null): void;
}

/** A record as it is known here. What nobody remembers of it, its creation for one, does not matter to any view. */
export function putBack(key: Bytes, value: Bytes, revision: number = FIRST_REVISION): EncodedRecord {
  return { key, value, createRevision: revision, revision };
}

export function encodedEntry({ key, value, createRevision, modRevision }: Entry): EncodedRecord {
  return { key, value, createRevision, revision: modRevision };
}

export function encodedChange(change: Change): EncodedRecord {
  return change.type === 'put' ? encodedEntry(change.entry) : { key: change.key, value: null, createRevision: 0, revision: 0 };
}
