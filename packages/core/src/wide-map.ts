/**
 * A map from names to what bears them, for a million of them. The language's own doubles its room in one go when it is full, and takes some
 * hundred milliseconds for it where it holds a million, in which nobody is heard or answered; and to take in a new name it looks at several
 * places far apart in memory. This one is many small tables, so that none is ever large, and in each of them a name is looked for among
 * numbers that lie side by side.
 */

import { mixed } from './mixing.js';

/** A power of two. Of a million, each then holds some 16,000, which it carries over within a millisecond. */
const PARTS = 64;

/** The first bits of a mixed number are those that every letter has moved: they say the part, and the last ones the place in it. */
const SHIFT: number = 32 - Math.log2(PARTS);

/** From the end: names differ anywhere, and longer ones hardly ever only before that. */
const LETTERS_MAX = 64;

/** A power of two, in each part. */
const PLACES_MIN = 8;

/** With more of its places taken, a part is doubled: the ways to a free one become long. */
const TAKEN_MAX = 3 / 4;

/**
 * How far from its place a name may lie: much farther than chance brings any. Whoever chooses names that all mix to one number finds them in
 * a map of the language's own, whose numbers nobody can choose.
 */
const WAY_MAX = 128;

/** No name is mixed to it. */
const FREE = 0;

/** Neither is it there, nor a free place that is near enough. */
const FAR = -0x8000_0000;

export class WideMap<Name extends string, Value extends object> {
  readonly #parts: readonly Part<Name, Value>[];

  /** `nameOf` says of a value under which name it is in here. */
  constructor(nameOf: (value: Value) => Name) {
    this.#parts = Array.from({ length: PARTS }, () => new Part(nameOf));
  }

  get size(): number {
    return this.#parts.reduce((sum, { size }) => sum + size, 0);
  }

  get(name: Name): Value | undefined {
    const number = numberOf(name);
    return this.#partOf(number).get(name, number);
  }

  set(name: Name, value: Value): void {
    const number = numberOf(name);
    this.#partOf(number).set(name, number, value);
  }

  /** Only where nothing has the name: otherwise answers what has it. */
  add(name: Name, value: Value): Value | undefined {
    const number = numberOf(name);
    return this.#partOf(number).add(name, number, value);
  }

  /** Answers whether it was there. */
  delete(name: Name): boolean {
    const number = numberOf(name);
    return this.#partOf(number).delete(name, number);
  }

  /** How many the largest part holds. */
  get largest(): number {
    return Math.max(...this.#parts.map(({ size }) => size));
  }

  /** How many lie too far from their places, and are found the other way. */
  get far(): number {
    return this.#parts.reduce((sum, { far }) => sum + far, 0);
  }

  #partOf(number: number): Part<Name, Value> {
    return this.#parts[number >>> SHIFT] as Part<Name, Value>;
  }
}

/** A table in which whoever finds his place taken goes on to the next free one. The law: no free place lies between his and where he is. */
class Part<Name extends string, Value extends object> {
  readonly #nameOf: (value: Value) => Name;
  /** Of each place two numbers: that of the name, and in which row its value is. */
  #places: Int32Array = new Int32Array(2 * PLACES_MIN);
  #last: number = PLACES_MIN - 1;
  #taken = 0;
  /** Apart, one behind the other: the collector looks at what was written lately, and finds it side by side. */
  readonly #rows: (Value | null)[] = [];
  readonly #freeRows: number[] = [];
  /** Those that would lie too far from their places. */
  readonly #far = new Map<Name, Value>();

  constructor(nameOf: (value: Value) => Name) {
    this.#nameOf = nameOf;
  }

  get size(): number {
    return this.#taken + this.#far.size;
  }

  get far(): number {
    return this.#far.size;
  }

  get(name: Name, number: number): Value | undefined {
    return this.#at(this.#find(name, number), name);
  }

  set(name: Name, number: number, value: Value): void {
    const found = this.#find(name, number);
    if (found >= 0) this.#rows[this.#rowAt(found)] = value;
    else if (this.#far.has(name)) this.#far.set(name, value);
    else this.#put(found, name, number, value);
  }

  add(name: Name, number: number, value: Value): Value | undefined {
    const found = this.#find(name, number);
    const known = this.#at(found, name);
    if (known === undefined) this.#put(found, name, number, value);
    return known;
  }

  delete(name: Name, number: number): boolean {
    const found = this.#find(name, number);
    if (found < 0) return this.#far.delete(name);
    this.#leave(this.#rowAt(found));
    this.#free(found);
    this.#taken--;
    return true;
  }

  /** Where it is; or, below zero, the free place that would be its own and is turned round, or `FAR`. */
  #find(name: Name, number: number): number {
    const [places, last] = [this.#places, this.#last];
    for (let at = number & last, way = 0; way < WAY_MAX; at = (at + 1) & last, way++) {
      const there = places[2 * at];
      if (there === FREE) return ~at;
      if (there === number && this.#nameOf(this.#rows[places[2 * at + 1] as number] as Value) === name) return at;
    }
    return FAR;
  }

  #rowAt(place: number): number {
    return this.#places[2 * place + 1] as number;
  }

  #at(found: number, name: Name): Value | undefined {
    if (found >= 0) return this.#rows[this.#rowAt(found)] as Value;
    return this.#far.size === 0 ? undefined : this.#far.get(name);
  }

  /** `found`: as `#find` says, where it is not there. */
  #put(found: number, name: Name, number: number, value: Value): void {
    if (found === FAR) {
      this.#far.set(name, value);
      return;
    }
    const row = this.#freeRows.pop() ?? this.#rows.length;
    this.#rows[row] = value;
    this.#take(~found, number, row);
    if (this.#taken > this.#last * TAKEN_MAX) this.#double();
  }

  #take(place: number, number: number, row: number): void {
    this.#places[2 * place] = number;
    this.#places[2 * place + 1] = row;
    this.#taken++;
  }

  /** Whoever went past this place on the way to his own comes nearer, so that the law holds on. */
  #free(place: number): void {
    const [places, last] = [this.#places, this.#last];
    let hole = place;
    for (let at = (place + 1) & last; places[2 * at] !== FREE; at = (at + 1) & last) {
      const number = places[2 * at] as number;
      if (((at - number) & last) < ((at - hole) & last)) continue;
      places[2 * hole] = number;
      places[2 * hole + 1] = this.#rowAt(at);
      hole = at;
    }
    places[2 * hole] = FREE;
  }

  #double(): void {
    const before = this.#places;
    this.#places = new Int32Array(2 * before.length);
    this.#last = before.length - 1;
    this.#taken = 0;
    for (let at = 0; at < before.length; at += 2) {
      const [number, row] = [before[at] as number, before[at + 1] as number];
      if (number !== FREE) this.#replace(number, row);
    }
  }

  #replace(number: number, row: number): void {
    const [places, last] = [this.#places, this.#last];
    let [at, way] = [number & last, 0];
    while (places[2 * at] !== FREE && way < WAY_MAX) [at, way] = [(at + 1) & last, way + 1];
    if (way < WAY_MAX) return this.#take(at, number, row);
    // Others that came back first were in the way.
    const value = this.#rows[row] as Value;
    this.#far.set(this.#nameOf(value), value);
    this.#leave(row);
  }

  #leave(row: number): void {
    this.#rows[row] = null;
    this.#freeRows.push(row);
  }
}

function numberOf(name: string): number {
  const end = name.length;
  let number = end;
  for (let at = Math.max(0, end - LETTERS_MAX); at < end; at++) number = mixed(number, name.charCodeAt(at));
  return number === FREE ? 1 : number;
}
