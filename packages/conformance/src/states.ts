/** Small states of a log, for tests of what reads and judges them without an engine. */
import { fromText, NO_LEASE, OrderedMap, toText, type Entry, type LeaseId, type Reader } from '@rollcall/core';
import { pairs } from './plain.js';

export interface Numbers {
  readonly create?: number;
  readonly mod?: number;
  readonly version?: number;
  readonly lease?: LeaseId;
}

export function entry(key: string, value: string, { create = 2, mod = create, version = 1, lease = NO_LEASE }: Numbers = {}): Entry {
  return { key: fromText(key), value: fromText(value), createRevision: create, modRevision: mod, version, lease };
}

export function stateOf(...entries: readonly Entry[]): Reader {
  const map = new OrderedMap<Entry>();
  for (const one of entries) map.set(toText(one.key), one);
  return {
    get: (key) => map.get(key),
    entries: (range) => [...map.keys(range)].map((key) => map.get(key) as Entry),
  };
}

/** Everything in a state, as `['a=1', 'b=2']`. */
export function shown(reader: Reader): string[] {
  return pairs([...reader.entries({ from: '', to: null })]);
}
