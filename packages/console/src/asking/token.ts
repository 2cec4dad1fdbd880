/** The token that the registry wants: kept for this browser tab alone, and gone with it. */

const KEY = 'rollcall-token';

export class KeptToken {
  readonly #storage: Storage;

  /** The session's, which no other tab reads and no restart brings back. */
  constructor(storage: Storage) {
    this.#storage = storage;
  }

  get value(): string | null {
    return this.#storage.getItem(KEY);
  }

  keep(token: string): void {
    this.#storage.setItem(KEY, token);
  }

  forget(): void {
    this.#storage.removeItem(KEY);
  }
}
