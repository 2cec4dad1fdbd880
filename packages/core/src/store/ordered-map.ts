/**
 * A map that walks its keys in order, from anywhere. Text keys, kept in sorted chunks: finding a chunk is a
 * binary search, and an insertion moves at most one chunk's keys, so a million of them stay cheap.
 *
 * New keys are put in their places when somebody walks, not before: most maps are asked for single keys far more often,
 * and many keys at once are cheaper to sort than each of them to insert.
 */
import type { TextRange } from './key-range.js';

/** Small enough to splice in a microsecond, large enough that a million keys make a short list of chunks. */
const CHUNK_KEYS_MAX = 512;

/** New keys waiting for their places: putting so many there takes a few milliseconds. */
const FRESH_KEYS_MAX = 16_384;

/** When the new keys are more than this share of all, everything is sorted anew. */
const SORT_ANEW_SHARE = 1 / 8;

export class OrderedMap<Value> {
  readonly #values = new Map<string, Value>();
  /** Sorted, none of them empty but for the only one of an empty map. */
  #chunks: string[][] = [[]];
  /** In no order, and in no chunk yet. */
  #fresh: string[] = [];

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    const before = this.#values.size;
    this.#values.set(key, value);
    if (this.#values.size === before) return;
    if (this.#fresh.push(key) >= FRESH_KEYS_MAX) this.#settle();
  }

  /** All of it, in the order in which the keys came: for who wants no other. */
  asTheyCame(): Iterable<readonly [string, Value]> {
    return this.#values;
  }

  delete(key: string): boolean {
    if (!this.#values.delete(key)) return false;
    this.#settle();
    const chunkAt = this.#chunkFor(key);
    const chunk = this.#chunk(chunkAt);
    chunk.splice(lowerBound(chunk, key), 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(chunkAt, 1);
    return true;
  }

  /** The keys of a range in order. The map must not change while somebody walks it. */
  *keys(range: TextRange): Generator<string> {
    this.#settle();
    for (let chunkAt = this.#chunkFor(range.from); chunkAt < this.#chunks.length; chunkAt++) {
      const chunk = this.#chunk(chunkAt);
      for (let at = lowerBound(chunk, range.from); at < chunk.length; at++) {
        const key = chunk[at] as string;
        if (range.to !== null && key >= range.to) return;
        yield key;
      }
    }
  }

  #settle(): void {
    const fresh = this.#fresh;
    if (fresh.length === 0) return;
    this.#fresh = [];
    if (fresh.length < (this.size - fresh.length) * SORT_ANEW_SHARE) for (const key of fresh) this.#insert(key);
    else this.#chunks = chunksOf([...this.#chunks.flat(), ...fresh].sort());
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

function chunksOf(sorted: readonly string[]): string[][] {
  const chunks: string[][] = [];
  // Half full, so that there is room for what comes between.
  for (let at = 0; at < sorted.length; at += CHUNK_KEYS_MAX / 2) chunks.push(sorted.slice(at, at + CHUNK_KEYS_MAX / 2));
  return chunks;
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
