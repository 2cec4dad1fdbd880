/**
 * The laws of the Store, to be kept by every engine: `storeConformance(harness)` registers them all with vitest.
 *
 * The order of the laws is the order to read them in: commits, reads, watches, leases, and what surrounds them.
 */
import { describe } from 'vitest';
import type { StoreHarness } from './harness.js';
import { checkInabilities, enforce, type Law } from './law.js';
import { buffers } from './laws/buffers.js';
import { commitAtomicity } from './laws/commit-atomicity.js';
import { commitCompares } from './laws/commit-compares.js';
import { commitNesting } from './laws/commit-nesting.js';
import { commitReads } from './laws/commit-reads.js';
import { compaction } from './laws/compaction.js';
import { history } from './laws/history.js';
import { keyOrder } from './laws/key-order.js';
import { leaseExpiry } from './laws/lease-expiry.js';
import { leaseGrants } from './laws/lease-grants.js';
import { leaseHumility } from './laws/lease-humility.js';
import { leaseKeys } from './laws/lease-keys.js';
import { linearizability } from './laws/linearizability.js';
import { misuse } from './laws/misuse.js';
import { putsAndDeletes } from './laws/puts-and-deletes.js';
import { ranges } from './laws/ranges.js';
import { refusals } from './laws/refusals.js';
import { restart } from './laws/restart.js';
import { slowWatchers } from './laws/slow-watchers.js';
import { status } from './laws/status.js';
import { visibility } from './laws/visibility.js';
import { watchEnd } from './laws/watch-end.js';
import { watchOrder } from './laws/watch-order.js';
import { watchPosition } from './laws/watch-position.js';
import { watchStart } from './laws/watch-start.js';
import { enforceModel, type ModelOptions } from './model-run.js';

export * from './after-restart.js';
export * from './harness.js';
export * from './invariants.js';
export type { Law } from './law.js';
export { pairs } from './plain.js';
export * from './seeded-random.js';
export * from './process-clock.js';
export * from './simulated-clock.js';
export * from './states.js';
export * from './with-yields.js';

export const storeLaws: readonly Law[] = [
  commitAtomicity,
  commitCompares,
  commitNesting,
  commitReads,
  putsAndDeletes,
  refusals,

  ranges,
  keyOrder,
  history,
  visibility,
  linearizability,

  watchOrder,
  watchStart,
  watchPosition,
  watchEnd,
  slowWatchers,

  leaseGrants,
  leaseKeys,
  leaseExpiry,
  leaseHumility,

  compaction,
  restart,
  buffers,
  status,
  misuse,
];

/** Registers the laws, and the comparison with the model (`null`: without it), as tests of this engine. */
export function storeConformance(harness: StoreHarness, model: ModelOptions | null = {}, laws: readonly Law[] = storeLaws): void {
  describe(`the laws of the Store, kept by ${harness.name}`, () => {
    checkInabilities(laws, harness);
    for (const law of laws) enforce(law, harness);
    if (model !== null) enforceModel(harness, model);
  });
}
