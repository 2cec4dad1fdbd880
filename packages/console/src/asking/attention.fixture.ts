/** Somebody who looks when told to. */
import type { Attention } from './attention.js';

export class SomebodyLooking implements Attention {
  #isThere = true;
  readonly #listeners = new Set<() => void>();

  get isThere(): boolean {
    return this.#isThere;
  }

  follow(listener: () => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true });
  }

  look(isThere: boolean): void {
    this.#isThere = isThere;
    for (const listener of this.#listeners) listener();
  }

  get followers(): number {
    return this.#listeners.size;
  }
}
