/** The native face over the ledger: what it reads, whom it asks, and what it tells of the node. */
import { CheckedGuardDesk, CheckedRegistrar, everything, ROLLCALL, type Caller } from '@rollcall/core';
import { FRAGMENTS_SHARE } from '../faces/native/fragments.js';
import { NativeFace } from '../faces/native/server.js';
import type { Measuring } from '../measuring/measuring.js';
import type { ServeOptions } from '../options.js';
import { AnswerCache } from '../shared/answer-cache.js';
import { encodeSnapshot } from '../shared/snapshot.js';
import { nodeNameOf } from '../node-options.js';
import { statusOf, type StatusSources } from '../status.js';
import type { Surroundings } from '../surroundings.js';
import type { Auditing } from './audit.js';
import type { DutyCounts } from '../shared/node-report.js';
import type { Ledger } from './ledger.js';
import { nodeAlone, reportOf } from './nodes.js';

export interface NativeSources extends Ledger, Pick<StatusSources, 'doors'> {
  readonly audit: Auditing;
  readonly measuring: Measuring;
}

export function nativeFace(sources: NativeSources, options: ServeOptions, surroundings: Surroundings): NativeFace {
  const { store, catalog, shown, attendance, registrar, audit, measuring, doors } = sources;
  const { clock } = surroundings;
  const node = nodeNameOf(options);
  const duty = (): DutyCounts => ({ instances: measuring.instances.total, machines: [...shown.allMachines(self)].length });
  const about = { catalog, duty, doors };
  return new NativeFace({
    ...surroundings,
    view: shown,
    registrar: audit.registrar(new CheckedRegistrar(registrar)),
    guard: audit.guard(new CheckedGuardDesk(attendance)),
    status: statusOf({ node, role: 'full', store, view: catalog.view, clock, instances: () => measuring.instances, doors }),
    nodes: nodeAlone(reportOf(about, options, surroundings), about),
    reached: (revision, withinMs) => catalog.reached(revision, withinMs),
    metrics: () => measuring.text(),
    snapshot: () => encodeSnapshot(store),
    cache: new AnswerCache({ bytesMax: options.answerCacheBytesMax }),
    fragmentBytesMax: options.answerCacheBytesMax * FRAGMENTS_SHARE,
    watchersMax: options.watchersMax,
    meter: measuring.meter,
  });
}

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: '' };
