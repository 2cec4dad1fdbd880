/**
 * Where the Consul face keeps what has no place in the catalog: under `/rollcall/consul/`, readable with any etcd client.
 * The names of keys are their own bytes, so that the log sorts them as Consul does.
 */
import { consulRange, fromText, keysUnder, toText, type Bytes, type KeyRange } from '@rollcall/core';

const ROOT: string = toText(consulRange.from);

/** `kv`: keys and values; `delays`: keys that nobody may lock for a while; the others are named as the API names them. */
export const shelves = ['kv', 'sessions', 'delays', 'events', 'queries', 'query-names', 'coordinates'] as const;

export type Shelf = (typeof shelves)[number];

/** `name` is text as `byteText` makes it. */
export function shelfKey(shelf: Shelf, name: string): Bytes {
  return fromText(`${ROOT}${shelf}/${name}`);
}

/** Every key of the shelf whose name begins so. */
export function shelfRange(shelf: Shelf, prefix = ''): KeyRange {
  return keysUnder(shelfKey(shelf, prefix));
}

/** `null` for a key of nobody here. */
export function parseShelfKey(key: Bytes): { readonly shelf: Shelf; readonly name: string } | null {
  const text = toText(key);
  if (!text.startsWith(ROOT)) return null;
  const slash = text.indexOf('/', ROOT.length);
  const shelf = shelves.find((one) => one === text.slice(ROOT.length, slash));
  return slash < 0 || shelf === undefined ? null : { shelf, name: text.slice(slash + 1) };
}

/** A text by its UTF-8 bytes, one character for each: it sorts as they do. Of plain text it is that text. */
export function byteText(text: string): string {
  return isPlain.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The law: `plainText(byteText(text))` is `text`, for every text without halves of characters. */
export function plainText(bytes: string): string {
  return isPlain.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The bytes that are the same in both encodings. */
const isPlain = /^[\0-\x7f]*$/;
