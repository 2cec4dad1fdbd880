/** Ranges as etcd spells them, and what is read from them: sorted, cut and counted as etcd does. Pure. */
import { compareBytes, singleKey, type Bytes, type Entry, type KeyRange, type RangeRequest, type RangeResult } from '@rollcall/core';
import type { etcd } from '@rollcall/wire';

/** What etcd spells as a range: an empty end for the one key, a single zero byte for everything from it on. */
export interface SpelledRange {
  readonly key: Bytes;
  readonly rangeEnd: Bytes;
}

export function rangeOf({ key, rangeEnd }: SpelledRange): KeyRange {
  if (rangeEnd.length === 0) return singleKey(key);
  return { from: key, to: isSingleZero(rangeEnd) ? null : rangeEnd };
}

function isSingleZero(bytes: Bytes): boolean {
  return bytes.length === 1 && bytes[0] === 0;
}

/** What has to be read for it. */
export function readingOf(request: etcd.RangeRequest): RangeRequest {
  const { revision, keysOnly, minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  const limit = limitOf(request);
  return {
    range: rangeOf(request),
    count: true,
    ...(revision > 0 ? { revision } : {}),
    ...(limit === null ? {} : { limit }),
    // Whoever sorts by the values has to see them.
    ...(keysOnly && request.sortTarget !== 'VALUE' ? { keysOnly } : {}),
    ...(minModRevision === 0 ? {} : { minModRevision }),
    ...(maxModRevision === 0 ? {} : { maxModRevision }),
    ...(minCreateRevision === 0 ? {} : { minCreateRevision }),
    ...(maxCreateRevision === 0 ? {} : { maxCreateRevision }),
  };
}

/**
 * One more than was asked for tells whether there is more. What is sorted has to be read whole; but for whoever names what to sort by,
 * no order and no bounds: etcd cuts first then, and sorts what is left, and who has seen that relies on it.
 */
function limitOf(request: etcd.RangeRequest): number | null {
  if (request.countOnly) return 0;
  const isSorted = request.sortOrder !== 'NONE' && !(request.sortTarget === 'KEY' && request.sortOrder === 'ASCEND');
  const isWhole = isSorted || (request.sortTarget !== 'KEY' && isBounded(request));
  return isWhole || request.limit <= 0 || request.limit >= Number.MAX_SAFE_INTEGER ? null : request.limit + 1;
}

function isBounded({ minModRevision, maxModRevision, minCreateRevision, maxCreateRevision }: etcd.RangeRequest): boolean {
  return minModRevision !== 0 || maxModRevision !== 0 || minCreateRevision !== 0 || maxCreateRevision !== 0;
}

export function rangeResponseOf(
  request: etcd.RangeRequest,
  { entries, count = 0 }: RangeResult,
  header: etcd.ResponseHeader,
): etcd.RangeResponse {
  if (request.countOnly) return { header, kvs: [], more: false, count };
  const sorted = sortedAs(request, entries);
  const more = request.limit > 0 && sorted.length > request.limit;
  const kept = more ? sorted.slice(0, request.limit) : sorted;
  const kvs = request.keysOnly ? kept.map((entry) => ({ ...entry, value: NO_VALUE })) : kept;
  return { header, kvs, more, count };
}

const NO_VALUE: Bytes = new Uint8Array(0);

function sortedAs({ sortTarget, sortOrder }: etcd.RangeRequest, entries: readonly Entry[]): readonly Entry[] {
  if (sortTarget === 'KEY' || sortTarget === 'UNKNOWN') return sortOrder === 'DESCEND' ? entries.toReversed() : entries;
  const ascending = orders[sortTarget];
  return entries.toSorted(sortOrder === 'DESCEND' ? (a, b) => ascending(b, a) : ascending);
}

const orders: Readonly<Record<'VERSION' | 'CREATE' | 'MOD' | 'VALUE', (a: Entry, b: Entry) => number>> = {
  VERSION: (a, b) => a.version - b.version,
  CREATE: (a, b) => a.createRevision - b.createRevision,
  MOD: (a, b) => a.modRevision - b.modRevision,
  VALUE: (a, b) => compareBytes(a.value, b.value),
};
