/** The log: the engine that the options name. */
import { allKeys, catalogRange, rangesOf, type KeyRange, type Meter, type Store } from '@rollcall/core';
import { hasEtcdDoor, lensOf } from '../options/naming-options.js';
import { etcdOf, type ServeOptions } from '../options/options.js';
import { readEtcdSettings } from '../stores/etcd/config.js';
import { openEtcdStore } from '../stores/etcd/store.js';
import { openLmdbStore } from '../stores/lmdb/store.js';
import { openMemoryStore } from '../stores/memory/store.js';
import type { Surroundings } from '../surroundings.js';
import type { ViewKeeper } from '../view-snapshot/keeper.js';

/** With a view that was kept, an etcd that is away is waited for by and by. */
export async function openStore(
  options: ServeOptions,
  { clock, random, log }: Surroundings,
  meter: Meter,
  kept: ViewKeeper | null,
): Promise<Store> {
  const history = { revisionsMax: options.historyRevisionsMax, ageMaxMs: options.historyAgeMaxMs };
  const etcd = etcdOf(options);
  if (etcd !== null) {
    const away = kept !== null && (await kept.find()) !== null ? ({ away: 'go on' } as const) : {};
    return openEtcdStore({
      ...(await readEtcdSettings(etcd, options)),
      ...away,
      watched: watchedOn(options),
      history,
      clock,
      random,
      log,
      meter,
    });
  }
  return options.store === 'memory'
    ? openMemoryStore({ clock, random, log, history })
    : openLmdbStore({ directory: options.data, clock, random, log, history });
}

/** What the registry writes for itself, and the keys of others that are registrations; whatever there is, where others watch through it. */
function watchedOn(options: ServeOptions): readonly KeyRange[] {
  return hasEtcdDoor(options) ? [allKeys] : [catalogRange, ...rangesOf(lensOf(options))];
}
