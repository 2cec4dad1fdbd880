/** The engine that is measured, with the real clock and real chance, in the settings that it comes with. */
import type { Log, Store } from '@rollcall/core';
import { openLmdbStore, systemClock, systemRandom } from 'rollcall/stores';

export const STORE_FILE = 'rollcall.mdb';

const log: Log = {
  info: () => undefined,
  warn: (message, fields) => console.error(message, fields ?? ''),
  error: (message, fields) => console.error(message, fields ?? ''),
};

export function openStore(directory: string): Promise<Store> {
  return openLmdbStore({ directory, clock: systemClock, random: systemRandom, log });
}
