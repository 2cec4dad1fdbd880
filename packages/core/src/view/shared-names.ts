/**
 * Names kept once, found by their letters or by the bytes that they are read from, so that nobody makes a text of a name that is here
 * already. Forgetting one costs memory and nothing else: so each is looked for in four places, and where they are taken, in a table that is
 * large enough or as large as it may be, another is forgotten for it.
 */
import { mixed } from '../mixing.js';
import type { Bytes } from '../ports/store.js';
import { decodeUtf8 } from '../records/utf8.js';

/** Most names are of machines, and those of neighbours differ: with less room than there are machines each would be forgotten before it comes again. */
const PLACES_MAX = 262_144;
const PLACES_MIN = 1_024;

/** Places side by side, any of which will do. A power of two, as the others are. */
const SET = 4;

/** A table with fewer of its places taken is not doubled for the sake of one set. */
const HELD_MIN = 1 / 4;

export class SharedNames {
  /** Of each place, what the name there was mixed to. */
  #numbers: Int32Array = new Int32Array(PLACES_MIN);
  #names: (string | null)[] = freePlaces(PLACES_MIN);
  #held = 0;
  /** Whose turn it is to be forgotten. */
  #turn = 0;

  of<Name extends string>(name: Name): Name {
    const number = numberOf(name);
    return this.#find(name, number) ?? this.#keep(name, number);
  }

  /** The same, of what stands there in plain ASCII. */
  in(bytes: Bytes, from: number, to: number): string {
    let number = to - from;
    for (let at = from; at < to; at++) number = mixed(number, bytes[at] as number);
    const set = this.#setOf(number);
    for (let at = set; at < set + SET; at++) {
      const name = this.#numbers[at] === number ? (this.#names[at] ?? null) : null;
      if (name !== null && isWritten(name, bytes, from, to)) return name;
    }
    return this.#keep(decodeUtf8(bytes.subarray(from, to)), number);
  }

  /** `null` where it was forgotten, or never said. */
  kept<Name extends string>(name: Name): Name | null {
    return this.#find(name, numberOf(name));
  }

  #find<Name extends string>(name: Name, number: number): Name | null {
    const set = this.#setOf(number);
    for (let at = set; at < set + SET; at++) if (this.#numbers[at] === number && this.#names[at] === name) return this.#names[at] as Name;
    return null;
  }

  #setOf(number: number): number {
    return number & (this.#numbers.length - SET);
  }

  #keep<Name extends string>(name: Name, number: number): Name {
    let place = this.#freeIn(this.#setOf(number));
    if (place === null && this.#held > this.#numbers.length * HELD_MIN && this.#numbers.length < PLACES_MAX) {
      this.#double();
      place = this.#freeIn(this.#setOf(number));
    }
    if (place !== null) this.#held++;
    this.#put(place ?? this.#setOf(number) + (this.#turn++ % SET), name, number);
    return name;
  }

  #freeIn(set: number): number | null {
    for (let at = set; at < set + SET; at++) if (this.#names[at] === null) return at;
    return null;
  }

  #put(place: number, name: string, number: number): void {
    this.#numbers[place] = number;
    this.#names[place] = name;
  }

  /** Those of one set come to two, so there is a place for each. */
  #double(): void {
    const [numbers, names] = [this.#numbers, this.#names];
    this.#numbers = new Int32Array(2 * numbers.length);
    this.#names = freePlaces(2 * numbers.length);
    for (let at = 0; at < numbers.length; at++) {
      const [number, name] = [numbers[at] as number, names[at] ?? null];
      if (name !== null) this.#put(this.#freeIn(this.#setOf(number)) as number, name, number);
    }
  }
}

function numberOf(name: string): number {
  let number = name.length;
  for (let at = 0; at < name.length; at++) number = mixed(number, name.charCodeAt(at));
  return number;
}

function freePlaces(places: number): null[] {
  return Array.from({ length: places }, () => null);
}

function isWritten(name: string, bytes: Bytes, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let at = from; at < to; at++) if (bytes[at] !== name.charCodeAt(at - from)) return false;
  return true;
}
