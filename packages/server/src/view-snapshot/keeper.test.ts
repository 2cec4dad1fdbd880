/** When a view is kept, and what becomes of it when it cannot be. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SimulatedClock } from '@rollcall/conformance';
import { noMeter, Projection, type Clock } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { nextTurn } from '../shared/turn.js';
import { ViewKeeper, type Kept } from './keeper.js';
import { findView } from './read.js';
import { folder, SomeCatalog, shown, toldLog, type ToldLog } from './some-view.fixture.js';

/** As long as a rest is, at most. */
const REST_MS = 10;

interface Desk {
  readonly keeper: ViewKeeper;
  readonly clock: SimulatedClock;
  readonly log: ToldLog;
  readonly directory: string;
  /** As of which revision there is a file; it waits until that is what is expected, because disks take their time. */
  expectKept(revision: number | undefined): Promise<void>;
}

async function desk(like: Partial<Pick<Desk, 'directory' | 'clock'>> = {}): Promise<Desk> {
  const { directory = await folder(), clock = new SimulatedClock() } = like;
  const log = toldLog();
  const place = { prefix: '', endpoints: ['a:1'] };
  const keeper = new ViewKeeper({ directory, place, version: '1', clock: restless(clock), log, meter: noMeter });
  const kept = async (): Promise<number | undefined> => (await findView(join(directory, 'view-snapshot')).catch(() => null))?.revision;
  const expectKept = async (revision: number | undefined): Promise<void> => {
    await expect.poll(kept).toBe(revision);
    await keeper.written();
  };
  return { keeper, clock, log, directory, expectKept };
}

/** Time only passes when it is told to, but for the short rests of whoever writes: nobody should have to wind the clock for those. */
function restless(clock: SimulatedClock): Clock {
  return {
    monotonicMs: () => clock.monotonicMs(),
    wallMs: () => clock.wallMs(),
    after(delayMs, callback) {
      if (delayMs > REST_MS) return clock.after(delayMs, callback);
      void rest(callback);
      return () => undefined;
    },
  };
}

async function rest(over: () => void): Promise<void> {
  await nextTurn();
  over();
}

async function begun(keeper: ViewKeeper, catalog: Kept): Promise<void> {
  keeper.start(catalog);
  await nextTurn();
}

describe('the keeper of the view', () => {
  it('writes a first one soon, then when something changed, and at most every minute', async () => {
    const { keeper, clock, expectKept } = await desk();
    const catalog = new SomeCatalog(3);
    await begun(keeper, catalog);
    await clock.advance(4_000);
    await expectKept(undefined);
    await clock.advance(2_000);
    await expectKept(10);
    catalog.change(0);
    await clock.advance(50_000);
    await expectKept(10);
    await clock.advance(15_000);
    await expectKept(11);
    await keeper.close();
  });

  it('writes what has not changed a few times an hour, so that its age tells the truth; and never what is stale', async () => {
    const { keeper, clock, directory, expectKept } = await desk();
    const asOf = async (): Promise<number | undefined> => (await findView(join(directory, 'view-snapshot')))?.asOfMs;
    const begunMs = clock.wallMs();
    const catalog = new SomeCatalog(3);
    await begun(keeper, catalog);
    await clock.advance(6_000);
    await expectKept(10);
    const first = await asOf();
    await clock.advance(600_000);
    expect(await asOf()).toBe(first);
    await clock.advance(400_000);
    await keeper.written();
    expect(await asOf()).toBeGreaterThan(begunMs + 900_000);
    const second = await asOf();
    catalog.view.stale(clock.wallMs());
    await clock.advance(2_000_000);
    expect(await asOf()).toBe(second);
    await keeper.close();
  });

  it('says of a view that became stale as of when it is', async () => {
    const { keeper, clock, directory, expectKept } = await desk();
    const catalog = new SomeCatalog(3);
    catalog.view.stale(clock.wallMs() - 5_000);
    const begunMs = clock.wallMs();
    await begun(keeper, catalog);
    await clock.advance(6_000);
    await expectKept(10);
    expect((await findView(join(directory, 'view-snapshot')))?.asOfMs).toBe(begunMs - 5_000);
    await keeper.close();
  });

  it('does not write anything before the log itself was read', async () => {
    const { keeper, clock, expectKept } = await desk();
    const catalog = new SomeCatalog(3);
    const unread: Kept = { view: catalog.view, dump: () => catalog.dump(), read: new Promise(() => undefined) };
    await begun(keeper, unread);
    await clock.advance(600_000);
    await expectKept(undefined);
  });

  it('writes what changed when it is closed', async () => {
    const { keeper, clock, expectKept } = await desk();
    const catalog = new SomeCatalog(3);
    await begun(keeper, catalog);
    await clock.advance(6_000);
    await expectKept(10);
    catalog.leave(0);
    await keeper.close();
    await expectKept(11);
  });

  it('warns once where the disk would not take it, and says when it does again', async () => {
    const { keeper, clock, log, directory, expectKept } = await desk();
    await rm(directory, { recursive: true });
    await writeFile(directory, 'no folder');
    const catalog = new SomeCatalog(3);
    await begun(keeper, catalog);
    await clock.advance(6_000);
    await keeper.written();
    expect(log.told[0]).toMatch(/^warn: the view cannot be kept on disk.*(?:EEXIST|ENOTDIR)/);
    await clock.advance(61_000);
    await keeper.written();
    expect(log.told).toHaveLength(1);
    await rm(directory);
    await mkdir(directory);
    await clock.advance(61_000);
    await expectKept(10);
    await expect.poll(() => log.told.slice(1)).toEqual(['info: the view is kept on disk again']);
    await keeper.close();
  });

  it('gives a start what was kept, and nothing where there is nothing or it is damaged', async () => {
    const first = await desk();
    const catalog = new SomeCatalog(30);
    await begun(first.keeper, catalog);
    await first.clock.advance(6_000);
    await first.expectKept(10);
    await first.keeper.close();
    const writtenMs = (await findView(join(first.directory, 'view-snapshot')))?.asOfMs;

    const second = await desk({ directory: first.directory, clock: first.clock });
    await second.clock.advance(60_000);
    const view = new Projection();
    expect(await second.keeper.restore(view)).toEqual({ asOfMs: writtenMs });
    expect(shown(view)).toEqual(shown(catalog.view));
    expect(second.log.told).toEqual(['warn: etcd is away: this node begins with the view that it kept']);

    const file = join(first.directory, 'view-snapshot');
    const whole = await readFile(file);
    whole[whole.length - 1] = (whole.at(-1) as number) ^ 1;
    await writeFile(file, whole);
    const third = await desk({ directory: first.directory, clock: first.clock });
    const unseen = new Projection();
    expect(await third.keeper.restore(unseen)).toBeNull();
    expect(unseen.complete).toBe(false);
    expect(third.log.told).toEqual(['warn: the kept view is not used: its checksum does not fit']);
    expect(await (await desk()).keeper.restore(new Projection())).toBeNull();
  });
});
