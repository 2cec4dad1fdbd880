/** Who is told when something moves: found by what they wait for, so that a change costs what those cost whom it concerns. */
import type { Shelf } from './keys.js';

/** A key, all keys that begin alike, or a whole shelf. */
export type Movement =
  | { readonly shelf: 'kv'; readonly key: string }
  | { readonly shelf: 'kv'; readonly prefix: string }
  | { readonly shelf: Exclude<Shelf, 'kv'> };

type Listener = () => void;

export class Movements {
  readonly #keys = new Map<string, Set<Listener>>();
  readonly #prefixes = new Map<string, Set<Listener>>();
  /** How many wait for prefixes of each length: only these are looked at. */
  readonly #lengths = new Map<number, number>();
  readonly #shelves = new Map<Shelf, Set<Listener>>();
  /** Whom the changes that were noted concern. */
  readonly #due = new Set<Listener>();

  listen(movement: Movement, moved: Listener): () => void {
    // Two who wait with the same function are two.
    const listener = (): void => moved();
    const leave = this.#join(movement, listener);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      leave();
      this.#due.delete(listener);
    };
  }

  note(change: { readonly shelf: Shelf; readonly key?: string }): void {
    const { shelf, key } = change;
    for (const listener of this.#shelves.get(shelf) ?? []) this.#due.add(listener);
    if (key === undefined) return;
    for (const listener of this.#keys.get(key) ?? []) this.#due.add(listener);
    for (const length of this.#lengths.keys()) {
      if (length > key.length) continue;
      for (const listener of this.#prefixes.get(key.slice(0, length)) ?? []) this.#due.add(listener);
    }
  }

  /** Tells those whom it concerned. Whoever is told may begin and end as it likes. */
  tell(): void {
    const due = [...this.#due];
    for (const listener of due) if (this.#due.delete(listener)) listener();
  }

  /** Everything may have moved. */
  all(): void {
    for (const groups of [this.#keys, this.#prefixes, this.#shelves]) {
      for (const group of groups.values()) for (const listener of group) this.#due.add(listener);
    }
    this.tell();
  }

  #join(movement: Movement, listener: Listener): () => void {
    if ('key' in movement) return joinIn(this.#keys, movement.key, listener);
    if (!('prefix' in movement)) return joinIn(this.#shelves, movement.shelf, listener);
    const { length } = movement.prefix;
    const leave = joinIn(this.#prefixes, movement.prefix, listener);
    this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + 1);
    return () => {
      leave();
      const left = (this.#lengths.get(length) ?? 1) - 1;
      if (left === 0) this.#lengths.delete(length);
      else this.#lengths.set(length, left);
    };
  }
}

/** The answer ends it. It must be called once. */
function joinIn<Key>(groups: Map<Key, Set<Listener>>, key: Key, listener: Listener): () => void {
  const group = groups.get(key) ?? new Set();
  groups.set(key, group.add(listener));
  return () => {
    if (group.delete(listener) && group.size === 0) groups.delete(key);
  };
}
