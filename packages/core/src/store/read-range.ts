/** Answering a range from a state: limit, bounds and count, the same for every engine. */
import type { Bytes, Entry, RangeRequest, RangeResult } from '../ports/store.js';
import { entriesIn, type Reader } from './reader.js';

const NO_VALUE: Bytes = new Uint8Array(0);

/** `revision` is where the log stands, for the answer; `reader` already shows the revision that was asked for. */
export function readRange(reader: Reader, request: RangeRequest, revision: number): RangeResult {
  const limit = request.limit ?? Infinity;
  const entries: Entry[] = [];
  let count = 0;
  let more = false;
  for (const entry of entriesIn(reader, request.range)) {
    count++;
    if (more || !withinBounds(entry, request)) continue;
    if (entries.length < limit) entries.push(request.keysOnly === true ? { ...entry, value: NO_VALUE } : entry);
    else more = true;
    if (more && request.count !== true) break;
  }
  return { revision, entries, more, ...(request.count === true ? { count } : {}) };
}

function withinBounds(entry: Entry, request: RangeRequest): boolean {
  return (
    entry.modRevision >= (request.minModRevision ?? 0) &&
    entry.modRevision <= (request.maxModRevision ?? Infinity) &&
    entry.createRevision >= (request.minCreateRevision ?? 0) &&
    entry.createRevision <= (request.maxCreateRevision ?? Infinity)
  );
}
