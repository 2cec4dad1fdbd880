/**
 * LMDB's transactions, one after the other: one that fails would take along all that is queued behind it. A failure that
 * leaves the disk in doubt is the last word, and nothing is written after it.
 */
import type { RollcallError } from '@rollcall/core';
import type { Tables } from './tables.js';
import { asStoreError } from './trouble.js';

export class Transactions {
  readonly #tables: Tables;
  readonly #file: string;
  #last: Promise<unknown> = Promise.resolve();
  #doubt: RollcallError | null = null;

  constructor(tables: Tables, file: string) {
    this.#tables = tables;
    this.#file = file;
  }

  /** Why nothing can be written any more; `null` while all is well. */
  get doubt(): RollcallError | null {
    return this.#doubt;
  }

  /** All of these writes or none, on disk when it settles. `bytes`: how much it is, about. */
  commit(write: () => void, bytes: number): Promise<void> {
    return this.alone(() => this.#commit(write, bytes));
  }

  /** Work on LMDB, when all earlier work is done. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #commit(write: () => void, bytes: number): Promise<void> {
    if (this.#doubt !== null) throw this.#doubt;
    try {
      await this.#tables.commit(write, bytes);
    } catch (error) {
      const trouble = asStoreError(error, this.#file);
      if (trouble.code !== 'store-full') this.#doubt = trouble;
      throw trouble;
    }
  }
}
