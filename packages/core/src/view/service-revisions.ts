/**
 * When services without instances last changed. The latest ones are held one by one; all others share a floor, which is
 * not below any revision that was ever held for one of them. So whoever is gone costs nothing for ever.
 */

/** A service that restarts as a whole finds its number again; ten times as many as a rolling restart of a large fleet touches. */
const HELD_MAX = 4096;

export class ServiceRevisions {
  readonly #held = new Map<string, number>();
  #floor: number;

  /** What happened before this revision is not known. */
  constructor(floor: number) {
    this.#floor = floor;
  }

  get floor(): number {
    return this.#floor;
  }

  of(service: string): number {
    return this.#held.get(service) ?? this.#floor;
  }

  hold(service: string, revision: number): void {
    // Anew, so that the first ones are those that changed longest ago.
    this.#held.delete(service);
    this.#held.set(service, revision);
    if (this.#held.size <= HELD_MAX) return;
    for (const [oldest, held] of this.#held) {
      this.#held.delete(oldest);
      this.#floor = Math.max(this.#floor, held);
      return;
    }
  }

  /** It has instances again, and holds its revision itself. */
  release(service: string): void {
    this.#held.delete(service);
  }
}
