/**
 * A map that walks its keys in order, from anywhere. Text keys, kept in sorted chunks: finding a chunk is a
 * binary search, and an insertion moves at most one chunk's keys, so a million of them stay cheap.
 */
import type { TextRange } from './key-range.js';

/** Small enough to splice in a microsecond, large enough that a million keys make a short list of chunks. */
const CHUNK_KEYS_MAX = 512;

export class OrderedMap<Value> {
  readonly #values = new Map<string, Value>();
  /** Sorted, none of them empty but for the only one of an empty map. */
  readonly #chunks: string[][] = [[]];

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    if (!this.#values.has(key)) this.#insert(key);
    this.#values.set(key, value);
  }

  delete(key: string): boolean {
    if (!this.#values.delete(key)) return false;
    const chunkAt = this.#chunkFor(key);
    const chunk = this.#chunk(chunkAt);
    chunk.splice(lowerBound(chunk, key), 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(chunkAt, 1);
    return true;
  }

  /** The keys of a range in order. The map must not change while somebody walks it. */
  *keys(range: TextRange): Generator<string> {
    for (let chunkAt = this.#chunkFor(range.from); chunkAt < this.#chunks.length; chunkAt++) {
      const chunk = this.#chunk(chunkAt);
      for (let at = lowerBound(chunk, range.from); at < chunk.length; at++) {
        const key = chunk[at] as string;
        if (range.to !== null && key >= range.to) return;
        yield key;
      }
    }
  }

  #insert(key: string): void {
    const chunkAt = this.#chunkFor(key);
    const chunk = this.#chunk(chunkAt);
    chunk.splice(lowerBound(chunk, key), 0, key);
    if (chunk.length > CHUNK_KEYS_MAX) this.#chunks.splice(chunkAt + 1, 0, chunk.splice(CHUNK_KEYS_MAX / 2));
  }

  /** The last chunk that begins at or before the key, or the first. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#chunks[middle]?.[0] as string) <= key) low = middle;
      else high = middle;
    }
    return low;
  }

  #chunk(at: number): string[] {
    return this.#chunks[at] as string[];
  }
}

/** The first place in a sorted list whose key is not below `key`. */
function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
