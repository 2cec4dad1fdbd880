/**
 * A state of the log that differs from another one in a few keys.
 *
 * Lay the writes of a commit over the state before it, and you see the state after it without having
 * written. Lay the *previous* values of the latest writes over the present, and you see the past. The
 * engines use both: the first for what is judged but not yet on disk, the second for what is on disk but
 * not yet acknowledged, and for reading at an old revision.
 */
import type { Change, Entry } from '../ports/store.js';
import { toText } from './bytes.js';
import { keyOf } from './change.js';
import type { TextRange } from './key-range.js';
import { OrderedMap } from './ordered-map.js';
import type { Reader } from './reader.js';

/** What lies over a state: at each of its keys an entry, or `null` where there is none. */
export interface Differences {
  readonly size: number;
  get(key: string): Entry | null | undefined;
  /** In order. */
  keys(range: TextRange): Iterator<string>;
}

export type Layer = OrderedMap<Entry | null>;

export function emptyLayer(): Layer {
  return new OrderedMap();
}

/** Shows the state after the change. */
export function setChange(layer: Layer, change: Change): void {
  layer.set(toText(keyOf(change)), change.type === 'put' ? change.entry : null);
}

export function overlay(layer: Differences, below: Reader): Reader {
  return {
    get(key) {
      const own = layer.get(key);
      return own === undefined ? below.get(key) : (own ?? undefined);
    },
    entries: (range) => (layer.size === 0 ? below.entries(range) : mergedEntries(layer, below, range)),
  };
}

function* mergedEntries(layer: Differences, below: Reader, range: TextRange): Generator<Entry> {
  const own = layer.keys(range);
  let next = own.next();
  for (const entry of below.entries(range)) {
    const key = toText(entry.key);
    for (; next.done !== true && next.value < key; next = own.next()) yield* present(layer, next.value);
    // What is its own comes in its turn.
    if (next.done === true || next.value !== key) yield entry;
  }
  for (; next.done !== true; next = own.next()) yield* present(layer, next.value);
}

function* present(layer: Differences, key: string): Generator<Entry> {
  const entry = layer.get(key);
  if (entry) yield entry;
}
