/** Opens a store as tests need it: with a clock that stands still and a log that says nothing. */
import { randomBytes } from 'node:crypto';
import type { Clock, Log, Random, Store } from '@rollcall/core';
import { openLmdbStore } from './store.js';

/** No lease ever expires and nothing happens by itself. */
const stillClock: Clock = { monotonicMs: () => 0, wallMs: () => 0, after: () => () => undefined };

/** What is done every second is done every ten milliseconds, and still no lease ever expires. */
export const hastyClock: Clock = {
  ...stillClock,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs / 100);
    return () => clearTimeout(timer);
  },
};

const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Unlike a seeded one: two stores must never get the same epoch. */
export const realRandom: Random = { number: () => Math.random(), bytes: (length) => randomBytes(length) };

export function openStore(directory: string, clock: Clock = stillClock): Promise<Store> {
  return openLmdbStore({ directory, clock, random: realRandom, log: silentLog });
}
