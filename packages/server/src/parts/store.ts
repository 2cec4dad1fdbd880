/** The log: the engine that the options name. */
import type { Store } from '@rollcall/core';
import type { ServeOptions } from '../options.js';
import { openLmdbStore } from '../stores/lmdb/store.js';
import { openMemoryStore } from '../stores/memory/store.js';
import type { Surroundings } from '../surroundings.js';

export function openStore(options: ServeOptions, { clock, random, log }: Surroundings): Promise<Store> {
  const history = { revisionsMax: options.historyRevisionsMax, ageMaxMs: options.historyAgeMaxMs };
  switch (options.store) {
    case 'embedded':
      return openLmdbStore({ directory: options.data, clock, random, log, history });
    case 'memory':
      return openMemoryStore({ clock, random, log, history });
  }
}
