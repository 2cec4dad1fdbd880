/** What an engine brings along to be held to the laws of the Store. */
import type { Store } from '@rollcall/core';

export interface StoreHarness {
  readonly name: string;
  /**
   * What this engine can't do, as data with the reason. `law` is the name of a law (`restart`), or of one of its
   * cases (`restart: the epoch stays`). What is named here but passes, or does not exist, is an error.
   */
  readonly cannot?: readonly Inability[];
  /**
   * Time cannot be simulated where the engine is a program of others: then it really passes. Such cases run beside each
   * other, with leases that are as short as the engine takes them, and chance lets none expire.
   */
  readonly realTime?: { readonly leaseTtlMs: number; readonly caseWithinMs: number };
  /** A fresh, empty store. */
  create(): Promise<StoreUnderTest>;
}

export interface Inability {
  readonly law: string;
  readonly reason: string;
}

export interface StoreUnderTest {
  /** The store as it is open now: another one after `reopen`. */
  readonly store: Store;
  /** Closes, and opens the same data again. Absent where nothing outlives a close. */
  reopen?(): Promise<void>;
  /** Lets `ms` pass on the store's clock, step by step, and waits until what came due has happened. */
  advance(ms: number): Promise<void>;
  /** Makes the clock jump as if the process had been asleep: one single gap of `ms`. */
  sleep?(ms: number): Promise<void>;
  /** Lets go of everything. The store is closed by then. */
  destroy(): Promise<void>;
}
