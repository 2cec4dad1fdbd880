/** The log: the engine that the options name. */
import type { Store } from '@rollcall/core';
import { etcdOf, type ServeOptions } from '../options.js';
import { readEtcdSettings } from '../stores/etcd/config.js';
import { openEtcdStore } from '../stores/etcd/store.js';
import { openLmdbStore } from '../stores/lmdb/store.js';
import { openMemoryStore } from '../stores/memory/store.js';
import type { Surroundings } from '../surroundings.js';

export async function openStore(options: ServeOptions, { clock, random, log }: Surroundings): Promise<Store> {
  const history = { revisionsMax: options.historyRevisionsMax, ageMaxMs: options.historyAgeMaxMs };
  const etcd = etcdOf(options);
  if (etcd !== null) return openEtcdStore({ ...(await readEtcdSettings(etcd, options)), history, clock, random, log });
  return options.store === 'memory'
    ? openMemoryStore({ clock, random, log, history })
    : openLmdbStore({ directory: options.data, clock, random, log, history });
}
