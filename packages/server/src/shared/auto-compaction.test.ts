import { setImmediate } from 'node:timers/promises';
import { SimulatedClock } from '@rollcall/conformance';
import type { Log, LogFields } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { AutoCompaction, type HistoryLimits } from './auto-compaction.js';
import type { Medium } from './medium.js';

const ROUND_MS = 10_000;

/** As much of a medium as forgetting needs. */
class SomeMedium {
  compactedRevision = 1;
  readonly compactions: number[] = [];
  durable = { revision: 1 };
  /** What stands before a moment. */
  before = 1;
  trouble: Error | null = null;
  troubleOfLooking: Error | null = null;

  revisionBefore(): number {
    if (this.troubleOfLooking !== null) throw this.troubleOfLooking;
    return this.before;
  }

  async compact(revision: number): Promise<void> {
    if (this.trouble !== null) throw this.trouble;
    this.compactions.push(revision);
    this.compactedRevision = revision;
  }
}

function begin(history: Partial<HistoryLimits>) {
  const medium = new SomeMedium();
  const clock = new SimulatedClock();
  const warnings: (LogFields | undefined)[] = [];
  const log: Log = { info: () => undefined, warn: (_, fields) => void warnings.push(fields), error: () => undefined };
  const compaction = new AutoCompaction({ medium: medium as unknown as Medium, history, clock, log });
  return { medium, clock, warnings, compaction };
}

describe('old history is forgotten', () => {
  it('beyond a number of revisions, or an age, whichever reaches further', async () => {
    const { medium, clock } = begin({ revisionsMax: 100, ageMaxMs: 1_000 });
    medium.durable = { revision: 150 };
    await clock.advance(ROUND_MS);
    expect(medium.compactions).toEqual([50]);
    medium.before = 120;
    await clock.advance(ROUND_MS);
    expect(medium.compactions).toEqual([50, 120]);
  });

  it('and never twice, nor what was forgotten already', async () => {
    const { medium, clock } = begin({ revisionsMax: 100 });
    await clock.advance(3 * ROUND_MS);
    medium.durable = { revision: 150 };
    await clock.advance(3 * ROUND_MS);
    expect(medium.compactions).toEqual([50]);
  });

  it('in the next round, if it failed in this one', async () => {
    const { medium, clock, warnings } = begin({ revisionsMax: 100 });
    medium.durable = { revision: 150 };
    medium.trouble = new Error('no room');
    await clock.advance(ROUND_MS);
    expect(warnings).toEqual([{ reason: 'Error: no room' }]);
    medium.trouble = null;
    await clock.advance(ROUND_MS);
    expect(medium.compactions).toEqual([50]);
  });

  it('and a history that can not be read ends nothing', async () => {
    const { medium, clock, warnings } = begin({ revisionsMax: 100 });
    medium.durable = { revision: 150 };
    medium.troubleOfLooking = new Error('damaged');
    await clock.advance(2 * ROUND_MS);
    await setImmediate();
    expect(warnings).toEqual([{ reason: 'Error: damaged' }, { reason: 'Error: damaged' }]);
  });

  it('no more after the close', async () => {
    const { medium, clock, compaction } = begin({ revisionsMax: 100 });
    medium.durable = { revision: 150 };
    compaction.close();
    await clock.advance(3 * ROUND_MS);
    expect(medium.compactions).toEqual([]);
  });
});
