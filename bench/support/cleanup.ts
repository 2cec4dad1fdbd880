/** What must not outlive the benchmark, however it ends: child processes and files. */

export class Cleanup {
  readonly #pending = new Set<() => void>();

  /** `undo` runs at the end, unless the answer was called before: then it ran at that time. It must not wait for anything. */
  add(undo: () => void): () => void {
    const once = (): void => {
      if (this.#pending.delete(once)) undo();
    };
    this.#pending.add(once);
    return once;
  }

  /** Runs everything that is left, the newest first. */
  run(): void {
    for (const undo of [...this.#pending].toReversed()) undo();
  }
}
