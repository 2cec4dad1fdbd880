import { join } from 'node:path';
import { checkInvariants, SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it, vi } from 'vitest';
import { pairs, put, write } from './brief-requests.fixture.js';
import { copyDirectory } from './every-step.fixture.js';
import { openStore } from './open-store.fixture.js';
import { Segment } from './segment.js';
import { writeThings } from './some-entries.fixture.js';
import { Tables } from './tables.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** Some time after which changes are surely on their way into the current table. */
const PASS_MS = 5_000;

describe('the log', () => {
  it('lets go of no commit that comes while it lets go of the log', async () => {
    const parent = await temporaryDirectory();
    const made = await openStore(join(parent, 'made'));
    await writeThings(made);
    const crashed = copyDirectory(join(parent, 'made'), join(parent, 'crashed'));
    await made.close();
    const commits = await commitsOfPass(copyDirectory(crashed, join(parent, 'counted')));
    expect(commits).toBeGreaterThan(1);
    for (let at = 1; at <= commits; at++) {
      const directory = copyDirectory(crashed, join(parent, `store ${at}`));
      const clock = new SimulatedClock();
      const store = await openStore(directory, clock);
      let written: Promise<unknown> = Promise.resolve();
      const stop = afterEachCommit(async (count) => {
        if (count !== at) return;
        const begun = nextSegment();
        written = write(store, put('came meanwhile', '1'));
        await begun;
      });
      await clock.advance(PASS_MS);
      await vi.waitFor(async () => expect(await pairs(store)).toContain('came meanwhile=1'));
      await written;
      stop();
      const again = await openStore(copyDirectory(directory, join(parent, `copy ${at}`)));
      expect(await pairs(again), `at commit ${at}`).toContain('came meanwhile=1');
      await checkInvariants(again);
      await again.close();
      await store.close();
    }
  });

  it('keeps its segments as long as the tables name them', async () => {
    const parent = await temporaryDirectory();
    const big = 'x'.repeat(700_000);
    let isReached = true;
    for (let at = 1; isReached; at++) {
      const directory = join(parent, `store ${at}`);
      const clock = new SimulatedClock();
      const store = await openStore(directory, clock);
      // Each in a segment of its own, and more of them than are kept to be used again.
      for (let count = 0; count < 5; count++) await write(store, put(`${count}`, big));
      isReached = false;
      const stop = afterEachCommit(async (count) => {
        if (count !== at) return;
        isReached = true;
        await write(store, put('came meanwhile', big));
      });
      const released = nextRelease();
      await clock.advance(PASS_MS);
      await released;
      stop();
      const again = await openStore(copyDirectory(directory, join(parent, `copy ${at}`)));
      expect((await pairs(again)).map((pair) => pair.split('=')[0])).toEqual([
        '0',
        '1',
        '2',
        '3',
        '4',
        ...(isReached ? ['came meanwhile'] : []),
      ]);
      await checkInvariants(again);
      await again.close();
      await store.close();
    }
  });
});

/** Settles when the log has let go of what the tables no longer need. */
function nextRelease(): Promise<void> {
  const { release } = WriteAheadLog.prototype;
  return new Promise((resolve) => {
    const spy = vi.spyOn(WriteAheadLog.prototype, 'release').mockImplementation(function (this: WriteAheadLog, ...args) {
      spy.mockRestore();
      return release.apply(this, args).finally(resolve);
    });
  });
}

/** All but the last, by which the store lets go of its log when it is closed. */
async function commitsOfPass(directory: string): Promise<number> {
  const store = await openStore(directory);
  let commits = 0;
  const stop = afterEachCommit(async (count) => void (commits = count));
  await store.close();
  stop();
  return commits - 1;
}

/** Settles when the next segment of the log was begun, and whoever waited for it has gone on. */
async function nextSegment(): Promise<void> {
  const { begin } = Segment;
  await new Promise<void>((resolve) => {
    const spy = vi.spyOn(Segment, 'begin').mockImplementation(async (...args) => {
      spy.mockRestore();
      return begin.apply(Segment, args).finally(resolve);
    });
  });
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whenever a transaction of the tables is on disk, this happens before anybody is told. */
function afterEachCommit(happen: (count: number) => Promise<void>): () => void {
  const { commit } = Tables.prototype;
  let commits = 0;
  const spy = vi.spyOn(Tables.prototype, 'commit').mockImplementation(async function (this: Tables, ...args) {
    await commit.apply(this, args);
    await happen(++commits);
  });
  return () => spy.mockRestore();
}
