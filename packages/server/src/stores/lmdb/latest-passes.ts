/**
 * What the last passes carried into the tables, still in memory: whoever wrote lately writes again, and every write asks what was
 * there before. A lookup in LMDB copies and parses what was an object a moment ago.
 */
import type { Layer, Reader } from '@rollcall/core';

export class LatestPasses {
  readonly #tables: Reader;
  /** The later one first. It wins, as its values do in the tables. */
  #layers: readonly Layer[] = [];

  constructor(tables: Reader) {
    this.#tables = tables;
  }

  /** The tables as they stand: what is here is there too, or will be once what lies in front of both has gone there. */
  readonly reader: Reader = {
    get: (key) => {
      for (const layer of this.#layers) {
        const entry = layer.get(key);
        if (entry !== undefined) return entry ?? undefined;
      }
      return this.#tables.get(key);
    },
    entries: (range) => this.#tables.entries(range),
  };

  /** All of it is in the tables now. */
  add(layer: Layer): void {
    const [latest] = this.#layers;
    this.#layers = latest === undefined ? [layer] : [layer, latest];
  }
}
