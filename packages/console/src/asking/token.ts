/** The token that the registry wants: kept for this browser tab alone, and gone with it. */

const KEY = 'rollcall-token';

export class KeptToken {
  readonly #storage: Storage | null;
  #value: string | null;

  /** The session's, which no other tab reads and no restart brings back. `null` where the browser has none: until the page is left. */
  constructor(storage: Storage | null) {
    this.#storage = storage;
    this.#value = storage?.getItem(KEY) ?? null;
  }

  get value(): string | null {
    return this.#value;
  }

  keep(token: string): void {
    this.#value = token;
    this.#storage?.setItem(KEY, token);
  }

  forget(): void {
    this.#value = null;
    this.#storage?.removeItem(KEY);
  }
}

/** `null` where whoever looks has forbidden pages to keep anything. */
export function sessionStorageOf(window: Window): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}
