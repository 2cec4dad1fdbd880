/** Who is to be told of what, found by what happened. Whoever is told may leave, and must not come anew before it has returned. */

export class Listeners {
  readonly #groups = new Map<string, Set<() => void>>();

  /** How many things somebody waits for. */
  get size(): number {
    return this.#groups.size;
  }

  listen(key: string, moved: () => void): () => void {
    const group = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, group);
    // One of its own, so that the same one may listen twice.
    const listener = (): void => moved();
    group.add(listener);
    return () => {
      if (group.delete(listener) && group.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
    };
  }

  tell(key: string): void {
    const group = this.#groups.get(key);
    if (group !== undefined) for (const listener of group) listener();
  }

  tellAll(): void {
    for (const key of this.#groups.keys()) this.tell(key);
  }
}
