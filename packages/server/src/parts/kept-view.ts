/** The view on disk, so that a node on an etcd can be started while that is away. */
import type { Meter } from '@rollcall/core';
import type { Part } from '../lifecycle.js';
import { etcdOf, type ServeOptions } from '../options/options.js';
import type { Surroundings } from '../surroundings.js';
import type { Ledger } from './ledger.js';
import { ViewKeeper } from '../view-snapshot/keeper.js';

/** `null` where the log is in this process, or there is no directory to keep it in. */
export function keptView(options: ServeOptions, { clock, log, version }: Surroundings, meter: Meter): ViewKeeper | null {
  const etcd = etcdOf(options);
  if (etcd === null || options.data === '') return null;
  const place = { prefix: options.etcdPrefix, endpoints: etcd.endpoints };
  return new ViewKeeper({ directory: options.data, place, version, clock, log, meter });
}

/** Reads everything, or begins with what was kept where there is nothing to read. */
export function catalogParts(
  { catalog, timeline }: Pick<Ledger, 'catalog' | 'timeline'>,
  keeper: ViewKeeper | null,
  readers: readonly Part[],
): readonly Part[] {
  const parts = [
    // They read what the catalog reads, while it reads it.
    ...readers,
    { name: 'the catalog', start: () => catalog.start(keeper?.restore), close: () => catalog.close() },
    // Before anything can happen that it would miss.
    { name: 'the timeline', start: () => timeline.start(), close: () => timeline.close() },
  ];
  if (keeper === null) return parts;
  return [...parts, { name: 'the kept view', start: () => keeper.start(catalog), close: () => keeper.close() }];
}
