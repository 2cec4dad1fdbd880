import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkInvariants, SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it, vi } from 'vitest';
import { pairs, put, write } from './brief-requests.fixture.js';
import { copyDirectory } from './every-step.fixture.js';
import { holdTables } from './held-disk.fixture.js';
import { openStore } from './open-store.fixture.js';
import { decodeHeader, Segment } from './segment.js';
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
      await expect.poll(() => pairs(store)).toContain('came meanwhile=1');
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
      // Each in a segment of its own.
      for (let count = 0; count < 5; count++) await write(store, put(`${count}`, big));
      isReached = false;
      const stop = afterEachCommit(async (count) => {
        if (count !== at) return;
        isReached = true;
        await write(store, put('came meanwhile', big));
      });
      const released = nextRelease();
      await clock.advance(PASS_MS);
      const oldest = await released;
      stop();
      const copy = copyDirectory(directory, join(parent, `copy ${at}`));
      await removeSegmentsBefore(oldest, copy);
      const again = await openStore(copy);
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

describe('segments that have done their duty', () => {
  it('wait to be used again, unless the disk is full', async () => {
    const directory = join(await temporaryDirectory(), 'store');
    const clock = new SimulatedClock();
    const disk = holdTables();
    const store = await openStore(directory, clock);
    const files = (): readonly string[] => readdirSync(directory).filter((name) => name.startsWith('rollcall.wal.'));
    for (let count = 0; count < 5; count++) await write(store, put(`${count}`, 'x'.repeat(700_000)));
    const released = nextRelease();
    await clock.advance(PASS_MS);
    await released;
    const made = files();
    await write(store, put('next', 'x'.repeat(700_000)));
    expect(files()).toEqual(made);
    disk.fail(new Error('ENOSPC'));
    await clock.advance(PASS_MS);
    await expect.poll(() => files().length).toBeLessThan(made.length - 2);
    disk.fail(null);
    await checkInvariants(store);
    await store.close();
  });
});

/** Settles when the log has let go of what the tables no longer need. Answers the oldest segment that it keeps. */
function nextRelease(): Promise<number> {
  const { release } = WriteAheadLog.prototype;
  return new Promise((resolve) => {
    const spy = vi.spyOn(WriteAheadLog.prototype, 'release').mockImplementation(function (this: WriteAheadLog, oldest) {
      spy.mockRestore();
      return release.call(this, oldest).finally(() => resolve(oldest));
    });
  });
}

/** What the log let go of may be used again at any time, or be gone. */
async function removeSegmentsBefore(oldest: number, directory: string): Promise<void> {
  for (const name of readdirSync(directory).filter((one) => one.startsWith('rollcall.wal.'))) {
    const file = join(directory, name);
    const header = decodeHeader(await readFile(file));
    if (header === null || header.number < oldest) await rm(file);
  }
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
