/** Etcd's naming layout, both ways: keys of others that are registrations, and instances that are shown as keys. */
import {
  etcdStores,
  lensedStore,
  namingMetrics,
  Projector,
  switchNaming,
  type Catalog,
  type Duty,
  type EtcdStoreFor,
  type Meter,
  type Store,
} from '@rollcall/core';
import type { Part } from '../lifecycle.js';
import { hasEtcdDoor } from '../options/naming-options.js';
import type { ServeOptions } from '../options/options.js';
import type { Surroundings } from '../surroundings.js';

export interface Naming {
  /** The log as registrar and attendance write to it. */
  readonly written: Store;
  readonly etcdStore: EtcdStoreFor;
  readonly parts: readonly Part[];
}

export interface NamingSources {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly options: ServeOptions;
  readonly surroundings: Surroundings;
  readonly meter: Meter;
  /** Left out: this node has all of it. */
  readonly duty?: Pick<Duty, 'isOurs'>;
}

export function namingOn({ store, catalog, options, surroundings, meter, duty }: NamingSources): Naming {
  const { clock, log } = surroundings;
  const { claims, view } = catalog;
  const projector = new Projector({ store, catalog, clock, log, meter, ...(duty === undefined ? {} : { duty }) });
  const prefix = (): string | null => catalog.naming.prefix;
  const sources = { store, claims, catalog, view, prefix };
  meter.gauge(namingMetrics.keys, () => claims.counts.instances, { state: 'registered' });
  meter.gauge(namingMetrics.keys, () => claims.counts.waiting, { state: 'waiting' });
  meter.gauge(namingMetrics.keys, () => claims.counts.unfit, { state: 'unfit' });
  meter.gauge(namingMetrics.occupied, () => projector.occupied);
  return {
    written: lensedStore({ ...sources, project: (refs, revision) => projector.project(refs, revision) }),
    etcdStore: etcdStores({ ...sources, clock, caughtUp: (withinMs) => catalog.caughtUp(withinMs) }),
    parts: [
      {
        name: 'instances as keys',
        async start() {
          await switchAsWished(store, options);
          projector.start();
        },
        close: () => projector.close(),
      },
    ],
  };
}

/**
 * What nobody said follows the etcd door, where this node is the only one; among several, those that are started without a word leave it
 * as the others have it.
 */
async function switchAsWished(store: Store, options: ServeOptions): Promise<void> {
  const { etcdProject } = options;
  if (etcdProject === 'off') return switchNaming(store, null);
  if (etcdProject !== null) return switchNaming(store, etcdProject.prefix);
  if (hasEtcdDoor(options)) return switchNaming(store, '');
  if (typeof options.store !== 'object') await switchNaming(store, null);
}
