/** Work on the same thing one after the other, in order; on different things at once. */
export class Lanes {
  /** Of each thing that is worked on: the work that is last in line. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Nobody works on it, or waits to. */
  isFree(thing: string): boolean {
    return !this.#last.has(thing);
  }

  run<Result>(thing: string, work: () => Promise<Result>): Promise<Result> {
    // Whether the one before succeeded is its caller's matter.
    const before = this.#last.get(thing);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(thing, mine);
    const leave = (): void => {
      if (this.#last.get(thing) === mine) this.#last.delete(thing);
    };
    mine.then(leave, leave);
    return mine;
  }
}
