/** A key as the API shows it. */
import type { Indexes } from '../indexes.js';
import type { KvEntry } from '../keyspace/kv-table.js';

/** With its value; left out of what a transaction answers of its own writes. */
export function shownEntry(entry: KvEntry, indexes: Indexes, { value = true }: { readonly value?: boolean } = {}): object {
  return {
    LockIndex: entry.lockIndex,
    Key: entry.key,
    Flags: entry.flags,
    Value: value && entry.value.length > 0 ? base64(entry.value) : null,
    ...(entry.session === null ? {} : { Session: entry.session }),
    // What is not there, as a transaction may show it, never came to be.
    CreateIndex: entry.createRevision === 0 ? 0 : indexes.of(entry.createRevision),
    ModifyIndex: entry.modRevision === 0 ? 0 : indexes.of(entry.modRevision),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * What `?keys` answers: each key once, and with a separator only up to its first one behind the prefix, as if keys were files in
 * folders. They come in order, and so do the beginnings.
 */
export function listedKeys(keys: Iterable<string>, prefix: string, separator: string): readonly string[] {
  const listed: string[] = [];
  for (const key of keys) {
    const end = separator === '' ? -1 : key.indexOf(separator, prefix.length);
    const shown = end < 0 ? key : key.slice(0, end + separator.length);
    if (listed.at(-1) !== shown) listed.push(shown);
  }
  return listed;
}
