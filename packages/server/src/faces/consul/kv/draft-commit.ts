/** A draft as a commit: its puts, its deletes, and what must still be so. */
import { singleKey, type Compare, type KeyRange, type Operation } from '@rollcall/core';
import { byteText, shelfKey, shelfRange } from '../keyspace/keys.js';
import type { KvEntry } from '../keyspace/kv-table.js';
import { encodeKv } from '../keyspace/records.js';

export interface KvChange {
  readonly key: string;
  /** `null`: deleted. */
  readonly entry: KvEntry | null;
}

export function putOperation({ key, entry }: KvChange): Operation {
  return { type: 'put', key: kvKey(key), value: encodeKv(entry as KvEntry) };
}

/** A commit writes no key twice: what is put again beneath a tree that goes is left out of what is deleted. */
export function deleteRangeOperations(keys: readonly string[], trees: readonly string[], puts: readonly string[]): readonly Operation[] {
  const roots = trees.filter((tree, at) => !trees.some((other, place) => (place < at || other !== tree) && tree.startsWith(other)));
  const single = keys.filter((key) => !roots.some((tree) => key.startsWith(tree))).map((key) => singleKey(kvKey(key)));
  const ranges = roots.flatMap((tree) =>
    without(shelfRange('kv', byteText(tree)), puts.filter((key) => key.startsWith(tree)).map(byteText)),
  );
  return [...single, ...ranges].map((range) => ({ type: 'delete', range }));
}

export function unchangedKey(seen: ReadonlyMap<string, number>, sessions: ReadonlySet<string>): readonly Compare[] {
  return [
    ...[...seen].map(([key, operand]): Compare => ({ range: singleKey(kvKey(key)), target: 'mod', is: '=', operand })),
    ...[...sessions].map((id): Compare => ({ range: singleKey(shelfKey('sessions', id)), target: 'version', is: '>', operand: 0 })),
  ];
}

/** The pieces of a range between some of its keys. */
function without(range: KeyRange, names: readonly string[]): readonly KeyRange[] {
  const keys = names.toSorted().map((name) => shelfKey('kv', name));
  const pieces: KeyRange[] = [];
  let from = range.from;
  for (const key of keys) {
    if (Buffer.compare(from, key) < 0) pieces.push({ from, to: key });
    from = singleKey(key).to ?? key;
  }
  return [...pieces, { from, to: range.to }];
}

function kvKey(key: string): Uint8Array {
  return shelfKey('kv', byteText(key));
}
