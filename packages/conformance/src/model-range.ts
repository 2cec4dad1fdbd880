/** Reading one state of the model: nothing but filters over everything there is. */
import { toText, type Bytes, type KeyRange, type RangeRequest } from '@rollcall/core';
import type { PlainEntry, PlainRange } from './plain.js';

/** Every entry by its key. */
export type ModelState = ReadonlyMap<string, PlainEntry>;

export function rangeOf(state: ModelState, request: RangeRequest, revision: number): PlainRange {
  const inRange = [...state.values()].filter((entry) => within(request.range, entry.key)).sort(byKey);
  const wanted = inRange.filter(
    ({ mod, create }) =>
      !(request.minModRevision !== undefined && mod < request.minModRevision) &&
      !(request.maxModRevision !== undefined && mod > request.maxModRevision) &&
      !(request.minCreateRevision !== undefined && create < request.minCreateRevision) &&
      !(request.maxCreateRevision !== undefined && create > request.maxCreateRevision),
  );
  const cut = request.limit === undefined ? wanted : wanted.slice(0, request.limit);
  const entries = cut.map((entry) => (request.keysOnly === true ? { ...entry, value: '' } : entry));
  return { revision, entries, more: cut.length < wanted.length, ...(request.count === true ? { count: inRange.length } : {}) };
}

/** Bytes as texts of one character each compare as the bytes do. */
export function within({ from, to }: KeyRange, key: string): boolean {
  return key >= textOf(from) && (to === null || key < textOf(to));
}

export function textOf(bytes: Bytes): string {
  return toText(bytes);
}

export function byKey(left: { readonly key: string }, right: { readonly key: string }): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}
