/** The native face over the ledger: what it reads, whom it asks, and what it tells of the node. */
import { CheckedGuardDesk, CheckedRegistrar, lastingRanges } from '@rollcall/core';
import { FRAGMENTS_SHARE } from '../faces/native/fragments.js';
import { NativeFace, type NativeFaceOptions } from '../faces/native/server.js';
import type { Measuring } from '../measuring/measuring.js';
import { nodeNameOf } from '../options/node-options.js';
import { etcdOf, type ServeOptions } from '../options/options.js';
import { encodeSnapshot } from '../shared/snapshot.js';
import { statusOf, type StatusSources } from '../status.js';
import type { Surroundings } from '../surroundings.js';
import type { Auditing } from './audit.js';
import type { Ledger } from './ledger.js';

export interface NativeSources extends Ledger, Pick<NativeFaceOptions, 'nodes' | 'cache'> {
  readonly audit: Auditing;
  readonly measuring: Measuring;
  readonly status: Pick<StatusSources, 'report' | 'cluster' | 'doors' | 'eurekaPeers'>;
}

export function nativeFace(sources: NativeSources, options: ServeOptions, surroundings: Surroundings): NativeFace {
  const { store, catalog, shown, registrar, guard, insight, timeline, audit, measuring, status, nodes, cache } = sources;
  const { clock } = surroundings;
  return new NativeFace({
    ...surroundings,
    view: shown,
    registrar: audit.registrar(new CheckedRegistrar(registrar)),
    guard: audit.guard(new CheckedGuardDesk(guard)),
    status: statusOf({ ...status, store, view: catalog.view, clock, instances: () => measuring.instances }),
    nodes,
    node: nodeNameOf(options),
    insight,
    timeline,
    reached: (revision, withinMs) => catalog.reached(revision, withinMs),
    metrics: () => measuring.text(),
    // An etcd may hold others' keys too, and holds who the nodes are: neither is part of what would be restored.
    snapshot: () => encodeSnapshot(store, etcdOf(options) === null ? undefined : lastingRanges),
    cache,
    fragmentBytesMax: options.answerCacheBytesMax * FRAGMENTS_SHARE,
    watchersMax: options.watchersMax,
    meter: measuring.meter,
  });
}
