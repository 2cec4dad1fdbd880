/** What crosses between the ledger and a reader: plain data, both ways, the records of the log as bytes. */
import type { PanicRule, ScopeOptions } from '@rollcall/core';

/** What a reader needs to know once, at its beginning. */
export interface ReaderSettings<FaceSettings> {
  /** For services that have none of their own. */
  readonly panicRule: PanicRule;
  /** One number, 32 bits wide: how many messages with changes, and orders that count as such, were sent. Whoever is asked can see whether it has taken them all. */
  readonly changesSent: SharedArrayBuffer;
  readonly face: FaceSettings;
}

/** Each with a number, which the reader answers when it has taken it in. */
export type FeedMessage =
  /** A reading of everything begins, as of this revision. What is shown is shown until it is finished. */
  | { readonly type: 'begin'; readonly number: number; readonly epoch: string; readonly revision: number }
  /** Records, one behind the other. */
  | { readonly type: 'page'; readonly number: number; readonly bytes: Uint8Array }
  /** It is whole, as of this revision. */
  | { readonly type: 'finish'; readonly number: number; readonly revision: number }
  /** Revisions, one behind the other: each its number, how many records it has, and those. */
  | { readonly type: 'changes'; readonly number: number; readonly bytes: Uint8Array };

export type ToReader<Order> =
  | FeedMessage
  | { readonly type: 'stale'; readonly sinceMs: number | null }
  /** What everybody may read, who says nothing of himself. */
  | { readonly type: 'rights'; readonly read: ScopeOptions }
  /** For the face that the reader has. One that is counted among the changes is taken in as they are: before the next answer. */
  | { readonly type: 'order'; readonly order: Order; readonly isCounted: boolean };

export type FromReader<Word> =
  /** Everything up to this number. */
  | { readonly type: 'took'; readonly number: number }
  /** From the face that the reader has. */
  | { readonly type: 'word'; readonly word: Word };
