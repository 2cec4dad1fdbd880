/**
 * A map from names to something, for a million of them: many small maps, so that none is ever large. A single one doubles its room in one go when
 * it is full, and takes some hundred milliseconds for it where it holds a million, in which nobody is heard or answered.
 */

/** A power of two. Of a million, each then holds some 16,000, which it carries over within a few milliseconds. */
const PARTS = 64;

/** The first bits of a mixed number are those that every letter has moved. */
const SHIFT: number = 32 - Math.log2(PARTS);

/** From the end: names differ anywhere, and longer ones hardly ever only before that. */
const LETTERS_MAX = 64;

export class WideMap<Name extends string, Value> {
  readonly #parts: readonly Map<Name, Value>[] = Array.from({ length: PARTS }, () => new Map<Name, Value>());
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(name: Name): Value | undefined {
    return this.#partOf(name).get(name);
  }

  set(name: Name, value: Value): void {
    const part = this.#partOf(name);
    const before = part.size;
    part.set(name, value);
    this.#size += part.size - before;
  }

  /** Answers whether it was there. */
  delete(name: Name): boolean {
    const wasThere = this.#partOf(name).delete(name);
    if (wasThere) this.#size--;
    return wasThere;
  }

  /** How many the largest part holds. */
  get largest(): number {
    return Math.max(...this.#parts.map(({ size }) => size));
  }

  #partOf(name: Name): Map<Name, Value> {
    return this.#parts[partOf(name)] as Map<Name, Value>;
  }
}

/** Mixed as Fowler, Noll and Vo do it. */
function partOf(name: string): number {
  const end = name.length;
  let mixed = end;
  for (let at = Math.max(0, end - LETTERS_MAX); at < end; at++) mixed = Math.imul(mixed ^ name.charCodeAt(at), 0x0100_0193);
  return mixed >>> SHIFT;
}
