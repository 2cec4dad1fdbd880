/** One engine before one case of a law: what the case may use, and what is checked when it is over. */
import { allKeys, isRollcallError, type CommitResult, type KeyRange, type Operation, type Store, type WatchRequest } from '@rollcall/core';
import { expect } from 'vitest';
import type { StoreHarness, StoreUnderTest } from './harness.js';
import { checkInvariants } from './invariants.js';
import { Listener, type Pace } from './listener.js';
import { pairs } from './plain.js';

/** Its functions are free to be taken apart: `async ({ write, listen }) => …` */
export interface Trial {
  readonly store: Store;
  /** Commits these operations, on no condition. */
  write(...operations: Operation[]): Promise<CommitResult>;
  /** What stands in a range (left out: everywhere) at a revision (left out: now), as `['a=1', 'b=2']`. */
  pairs(range?: KeyRange, revision?: number): Promise<string[]>;
  /** Where the log stands. */
  head(): Promise<number>;
  /** Watches everything, or what `request` says. */
  listen(request?: Partial<WatchRequest>, pace?: Pace): Listener;
  /** How long leases are if nothing is said. */
  readonly leaseTtlMs: number;
  grant(ttlMs?: number): Promise<{ readonly id: bigint; readonly ttlMs: number }>;
  advance(ms: number): Promise<void>;
  sleep(ms: number): Promise<void>;
  /** Closes and opens again; `store` is another one then. */
  reopen(): Promise<void>;
}

/** Long against any engine's ticks, short enough to simulate. */
export const LEASE_TTL_MS: number = 10_000;

export async function tryOut(harness: StoreHarness, run: (trial: Trial) => Promise<void>): Promise<void> {
  const subject = await harness.create();
  const listeners: Listener[] = [];
  try {
    await run(trialOf(subject, listeners, harness.realTime?.leaseTtlMs ?? LEASE_TTL_MS));
    await checkUnlessClosed(subject.store);
    await subject.store.close();
    for (const listener of listeners) await listener.ends();
    expect(listeners.flatMap((listener) => listener.complaints.slice(0, 3))).toEqual([]);
  } finally {
    await subject.store.close();
    await subject.destroy();
  }
}

function trialOf(subject: StoreUnderTest, listeners: Listener[], leaseTtlMs: number): Trial {
  return {
    get store() {
      return subject.store;
    },
    write: (...operations) => subject.store.commit({ then: operations }),
    async pairs(range = allKeys, revision) {
      const result = await subject.store.range({ range, ...(revision === undefined ? {} : { revision }) });
      return pairs(result.entries);
    },
    head: async () => (await subject.store.status()).revision,
    listen(request = {}, pace) {
      const listener = new Listener(subject.store, { range: allKeys, ...request }, pace);
      listeners.push(listener);
      return listener;
    },
    leaseTtlMs,
    grant: (ttlMs = leaseTtlMs) => subject.store.grantLease({ ttlMs }),
    advance: (ms) => subject.advance(ms),
    async sleep(ms) {
      if (subject.sleep === undefined) throw new Error('This harness cannot put its engine to sleep.');
      await subject.sleep(ms);
    },
    async reopen() {
      if (subject.reopen === undefined) throw new Error('This harness cannot reopen its engine.');
      await subject.reopen();
    },
  };
}

async function checkUnlessClosed(store: Store): Promise<void> {
  const status = await store.status().catch((error: unknown) => error);
  if (!isRollcallError(status, 'store-closed')) await checkInvariants(store);
}
