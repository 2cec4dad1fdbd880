/** Lets so many pieces of work run at once; the others wait in line, in order. */
export class Gate {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(atOnceMax: number) {
    this.#free = atOnceMax;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free === 0) await new Promise<void>((enter) => this.#line.push(enter));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
