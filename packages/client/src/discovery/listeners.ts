/** Those who listen. One that throws disturbs nobody: it is complained about as a warning of the process. */

export class Listeners<Told> {
  readonly #all = new Set<(told: Told) => void>();

  get size(): number {
    return this.#all.size;
  }

  /** Answers how to stop. Whoever listens twice is told twice. */
  add(listener: (told: Told) => void): () => void {
    const own = (told: Told): void => listener(told);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  tell(told: Told): void {
    // Whoever begins to listen meanwhile hears of the next thing; whoever stops, of nothing any more.
    const present = [...this.#all];
    for (const listener of present) {
      if (!this.#all.has(listener)) continue;
      try {
        listener(told);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
