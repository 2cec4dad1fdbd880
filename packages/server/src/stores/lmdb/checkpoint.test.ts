import { join } from 'node:path';
import { checkInvariants, SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { pairs, put, remove, write } from './brief-requests.fixture.js';
import { copyAtEveryStep } from './every-step.fixture.js';
import { holdTables } from './held-disk.fixture.js';
import { openStore } from './open-store.fixture.js';
import { LONG, things, writeThings } from './some-entries.fixture.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';

/** Some time after which changes are surely on their way into the current table. */
const PASS_MS = 5_000;

describe('what is carried over into the current table', () => {
  it('reads the same before, meanwhile and after', async () => {
    const directory = join(await temporaryDirectory(), 'store');
    const clock = new SimulatedClock();
    const disk = holdTables();
    const store = await openStore(directory, clock);
    await writeThings(store);
    expect(await pairs(store)).toEqual(things);

    disk.hold();
    await clock.advance(PASS_MS);
    await expect.poll(() => disk.written()).toBeGreaterThan(0);
    expect(await pairs(store)).toEqual(things);
    const writing = write(store, put('b', '4'), remove(LONG), put('d', '4'));
    expect(await pairs(store)).toEqual(things);
    disk.release();
    await writing;
    const later = ['a=3', 'b=4', 'd=4'];
    expect(await pairs(store)).toEqual(later);
    await clock.advance(PASS_MS);
    expect(await pairs(store)).toEqual(later);
    await checkInvariants(store);
    await store.close();
    const again = await openStore(directory);
    expect(await pairs(again)).toEqual(later);
    await checkInvariants(again);
    await again.close();
  });

  it('loses nothing when the disk refuses it for a while', async () => {
    const directory = join(await temporaryDirectory(), 'store');
    const clock = new SimulatedClock();
    const disk = holdTables();
    const store = await openStore(directory, clock);
    await writeThings(store);
    disk.fail(new Error('ENOSPC'));
    for (let round = 0; round < 3; round++) await clock.advance(PASS_MS);
    expect(await pairs(store)).toEqual(things);
    disk.fail(null);
    await write(store, put('d', '5'));
    await clock.advance(PASS_MS);
    expect(await pairs(store)).toEqual([...things.slice(0, 2), 'd=5', ...things.slice(2)]);
    await checkInvariants(store);
    await store.close();
  });

  it('can be cut short by a crash at any moment', async () => {
    const parent = await temporaryDirectory();
    const directory = join(parent, 'store');
    const clock = new SimulatedClock();
    const store = await openStore(directory, clock);
    const copies = await copyAtEveryStep(directory, join(parent, 'copies'), async () => {
      await writeThings(store);
      await clock.advance(PASS_MS);
      await write(store, put('b', '4'), remove(LONG));
      await store.close();
    });
    const after = await openStore(directory);
    for (const copy of copies) {
      const crashed = await openStore(copy);
      const { revision } = await crashed.status();
      expect(await pairs(crashed), copy).toEqual(revision === 1 ? [] : await pairs(after, revision));
      await checkInvariants(crashed);
      await crashed.close();
    }
    await after.close();
    // Its beginning, four commits, two passes.
    expect(copies.length).toBeGreaterThan(8);
  });
});
