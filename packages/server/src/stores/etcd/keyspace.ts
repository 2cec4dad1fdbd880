/** Where a store's keys lie in an etcd: behind a prefix, so that several registries and others can share one. Pure. */
import { compareBytes, keysUnder, type Bytes, type KeyRange } from '@rollcall/core';

/** etcd's own spelling of a range. */
export interface EtcdRange {
  readonly key: Bytes;
  readonly rangeEnd: Bytes;
}

const ZERO: Bytes = Uint8Array.of(0);

/** Ends before it begins, so that etcd finds nothing in it. An empty `rangeEnd`, and a single zero, would mean something else. */
export const NOTHING: EtcdRange = { key: Uint8Array.of(2), rangeEnd: Uint8Array.of(1) };

export class Keyspace {
  readonly #prefix: Bytes;
  readonly #end: Bytes | null;

  constructor(prefix: Bytes) {
    this.#prefix = prefix;
    this.#end = keysUnder(prefix).to;
  }

  /** The key as etcd has it. */
  outer(key: Bytes): Bytes {
    if (this.#prefix.length === 0) return key;
    const outer = new Uint8Array(this.#prefix.length + key.length);
    outer.set(this.#prefix);
    outer.set(key, this.#prefix.length);
    return outer;
  }

  /** The key as this store has it. */
  inner(key: Bytes): Bytes {
    return key.subarray(this.#prefix.length);
  }

  /**
   * A key of etcd that is none of this store's and sorts right before those of a range: who watches from here on hears also of
   * what is written to it.
   */
  markBefore({ from }: KeyRange): Bytes {
    const key = this.outer(from);
    if (key.length < 2) throw new Error('What is watched lies behind a prefix.');
    return key.subarray(0, key.length - 1);
  }

  holds(key: Bytes): boolean {
    return compareBytes(key.subarray(0, this.#prefix.length), this.#prefix) === 0;
  }

  range({ from, to }: KeyRange): EtcdRange {
    if (to !== null && compareBytes(to, from) <= 0) return NOTHING;
    const key = this.outer(from);
    const rangeEnd = to === null ? this.#end : this.outer(to);
    // To etcd the empty key is none; the first of all keys is a single zero byte.
    return { key: key.length === 0 ? ZERO : key, rangeEnd: rangeEnd ?? ZERO };
  }
}
