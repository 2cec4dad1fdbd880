/**
 * What was written lately, by key: what the tables miss, what is on its way into them, and what the last passes carried there.
 * Whoever wrote lately writes again, and every write asks what was there before. All of that stands in one place, because a search
 * among so many keys costs more than most of what else is done for a write; one in LMDB copies and parses, besides, what was an
 * object a moment ago.
 *
 * Two maps, of which the older one goes as a whole: that costs nothing, where forgetting key by key would cost a search for each.
 */
import type { Entry, Layer } from '@rollcall/core';

/** A key as one pass found it, or will find it. */
export interface Cell {
  readonly key: string;
  /** The latest until the pass begins, and nothing else from then on; `null` where there is none. */
  entry: Entry | null;
  /** The pass that it waits for. */
  pass: number;
}

/** So many make room for younger ones: two passes' worth while everybody writes. */
const YOUNG_MAX = 65_536;

/** And so many bytes of values, those of two passes: where values are large, few of them would fill the memory. */
const YOUNG_BYTES_MAX: number = 64 * 1024 * 1024;

export class Recent {
  #young = new Map<string, Cell>();
  #old: ReadonlyMap<string, Cell> = new Map();
  /** Of all values that came since the young ones began: at least as many as they hold. */
  #youngBytes = 0;
  /** The one that gathers. */
  #pass = 0;

  /** How many it holds. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** `undefined`: the tables know. */
  get(key: string): Entry | null | undefined {
    return this.#cell(key)?.entry;
  }

  /** Takes in what was written, and adds to `gathered` those keys that were not in it yet. */
  take(layer: Layer, gathered: Cell[]): void {
    for (const [key, entry] of layer.asTheyCame()) {
      this.#youngBytes += entry?.value.length ?? 0;
      const known = this.#young.get(key);
      if (known?.pass === this.#pass) {
        known.entry = entry;
        continue;
      }
      const cell: Cell = { key, entry, pass: this.#pass };
      this.#young.set(key, cell);
      gathered.push(cell);
    }
  }

  /** A pass begins with all that was gathered, and the last one is over. `isQuiet`: nobody writes so much that much is worth keeping. */
  beginPass(isQuiet: boolean): void {
    this.#pass++;
    if (!isQuiet && this.#young.size < YOUNG_MAX && this.#youngBytes < YOUNG_BYTES_MAX) return;
    this.#old = this.#young;
    this.#begin();
  }

  /** The tables have it all. */
  clear(): void {
    this.#old = new Map();
    this.#begin();
  }

  /** The pass failed: answers those of its cells that nothing came after, and they wait for the next one. */
  takeBack(cells: readonly Cell[]): Cell[] {
    const latest = cells.filter((cell) => this.#cell(cell.key) === cell);
    for (const cell of latest) {
      cell.pass = this.#pass;
      this.#young.set(cell.key, cell);
      this.#youngBytes += cell.entry?.value.length ?? 0;
    }
    return latest;
  }

  #begin(): void {
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  #cell(key: string): Cell | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }
}
