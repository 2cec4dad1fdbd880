/** Whether all shares are alike: then nobody need be weighed, and choosing is cheaper. */

export class Evenness {
  readonly #counts = new Map<number, number>();

  get even(): boolean {
    return this.#counts.size < 2;
  }

  add(share: number): void {
    this.#counts.set(share, (this.#counts.get(share) ?? 0) + 1);
  }

  /** It must have been added. */
  remove(share: number): void {
    const left = (this.#counts.get(share) ?? 0) - 1;
    if (left > 0) this.#counts.set(share, left);
    else this.#counts.delete(share);
  }
}
