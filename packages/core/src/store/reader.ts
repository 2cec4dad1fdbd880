/** Reading a state of the log, synchronously: what engines offer to the code here, and overlays to engines. */
import type { Entry, KeyRange } from '../ports/store.js';
import { toText } from './bytes.js';
import { isSingleKey, toTextRange, type TextRange } from './key-range.js';

export interface Reader {
  get(key: string): Entry | undefined;
  /** The entries of a range in order. To be walked at once, while nothing changes beneath. */
  entries(range: TextRange): Iterable<Entry>;
}

/** The entries of a range; for a single key, the most common range by far, without a walk. */
export function entriesIn(reader: Reader, range: KeyRange): Iterable<Entry> {
  if (!isSingleKey(range)) return reader.entries(toTextRange(range));
  const entry = reader.get(toText(range.from));
  return entry === undefined ? [] : [entry];
}
