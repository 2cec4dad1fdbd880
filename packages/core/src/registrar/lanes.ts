/** Work on the same thing one after the other, in order; on different things at once. */
export class Lanes {
  /** Of each thing that is worked on: the work that is last in line. */
  readonly #last = new Map<string, Promise<unknown>>();

  async run<Result>(thing: string, work: () => Promise<Result>): Promise<Result> {
    // Whether the one before succeeded is its caller's matter.
    const before = this.#last.get(thing)?.catch(() => undefined);
    const mine = before === undefined ? work() : before.then(work);
    this.#last.set(thing, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(thing) === mine) this.#last.delete(thing);
    }
  }
}
