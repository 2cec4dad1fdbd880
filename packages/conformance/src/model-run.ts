/** Random runs of the store against the model. When one fails, it is shrunk and printed with its seed. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { commit, keyRange, LEASE_IDS, plainPut, rangeOptions, stepsBack } from './arbitraries.js';
import type { StoreHarness } from './harness.js';
import { Model } from './model.js';
import {
  checksEverything,
  commits,
  compacts,
  expires,
  grants,
  looksAtLeases,
  reads,
  reopens,
  revokes,
  watches,
  type Step,
} from './model-commands.js';
import { Subject } from './model-subject.js';
import { LEASE_TTL_MS } from './trial.js';

export interface ModelOptions {
  /** How many random runs; each is a store of its own. */
  readonly runs?: number;
  /** Steps of the longest run. */
  readonly steps?: number;
  /** The seed that a failure printed, or one for runs that nobody has seen. */
  readonly seed?: number;
  /** What a failure printed beside the seed, to repeat only the shrunk run. */
  readonly path?: string;
  readonly replayPath?: string;
}

const defaults = { runs: 30, steps: 80, seed: 1 };

const [shortLease, ...longLeases] = LEASE_IDS as [bigint, ...bigint[]];

/** Long enough for a whole run of expiring short ones. */
const LONG_TTL_MS: number = LEASE_TTL_MS * 1_000;

const anyRead: fc.Arbitrary<Step> = fc
  .tuple(keyRange, rangeOptions, fc.option(stepsBack))
  .map(([range, options, back]) => reads({ range, ...options }, back));

const anyWatch: fc.Arbitrary<Step> = fc
  .tuple(keyRange, fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom('now', 'oldest')), fc.nat({ max: 4 }))
  .map(([range, from, slowness]) => watches(range, from, slowness));

const anyExpiry: fc.Arbitrary<Step> = fc.constant(expires(shortLease));

/** What is here twice happens twice as often. */
const steps: fc.Arbitrary<Step>[] = [
  plainPut.map(commits),
  plainPut.map(commits),
  commit().map(commits),
  commit().map(commits),
  commit().map(commits),
  anyRead,
  anyRead,
  anyWatch,
  fc.integer({ min: -1, max: 8 }).map(compacts),
  fc.constantFrom(...longLeases).map((id) => grants(id, LONG_TTL_MS)),
  fc.constant(grants(shortLease, LEASE_TTL_MS)),
  fc.constantFrom(...LEASE_IDS).map(revokes),
  anyExpiry,
  fc.constant(looksAtLeases()),
  fc.constant(reopens()),
  fc.constant(checksEverything()),
];

export function enforceModel(harness: StoreHarness, options: ModelOptions): void {
  const { runs, steps: longest, seed } = { ...defaults, ...options };
  const replay = options.replayPath === undefined ? {} : { replayPath: options.replayPath };
  const path = options.path === undefined ? {} : { path: options.path };
  describe('model: the store does what the simplest possible store would do', () => {
    it(
      `in ${runs} random runs`,
      async () => {
        const possible = harness.realTime === undefined ? steps : steps.filter((step) => step !== anyExpiry);
        const run = fc.asyncProperty(fc.commands(possible, { maxCommands: longest, size: 'max', ...replay }), fc.nat(), (taken, luck) =>
          oneRun(harness, taken, luck),
        );
        await fc.assert(run, { numRuns: runs, seed, ...path });
      },
      harness.realTime?.caseWithinMs,
    );
  });
}

async function oneRun(harness: StoreHarness, taken: Iterable<Step>, luck: number): Promise<void> {
  const under = await harness.create();
  const model = new Model();
  const subject = new Subject(under, luck);
  try {
    await fc.asyncModelRun(() => ({ model, real: subject }), taken);
    await checksEverything().run(model, subject);
    await subject.finish(model);
  } finally {
    await under.store.close();
    await under.destroy();
  }
}
