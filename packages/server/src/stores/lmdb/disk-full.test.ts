import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkInvariants, SimulatedClock } from '@rollcall/conformance';
import { isRollcallError, type Store } from '@rollcall/core';
import { expect, it } from 'vitest';
import { listen, pairs, put, refusal, write } from './brief-requests.fixture.js';
import { openStore } from './open-store.fixture.js';
import { describeWithTmpfs, mountTmpfs, resizeTmpfs } from './tmpfs.fixture.js';

const MIB = 1024 * 1024;
const VALUE = 'v'.repeat(20_000);

/** Writes until the store says that it is full; answers the keys that were acknowledged. */
async function fill(store: Store, prefix: string): Promise<string[]> {
  for (const keys: string[] = []; ; keys.push(`${prefix}${keys.length}`)) {
    try {
      await write(store, put(`${prefix}${keys.length}`, VALUE), put(`${prefix}${keys.length}, too`, 'small'));
    } catch (error) {
      if (!isRollcallError(error, 'store-full')) throw error;
      return keys;
    }
  }
}

async function holdsJust(store: Store, keys: readonly string[]): Promise<void> {
  const found = (await pairs(store)).map((pair) => pair.split('=')[0] ?? '');
  expect(found.sort()).toEqual(keys.flatMap((key) => [key, `${key}, too`]).sort());
}

describeWithTmpfs('a disk that is full', () => {
  it('refuses commits and nothing else, until there is room again', async () => {
    const mounted = mountTmpfs(16 * MIB);
    const directory = join(mounted, 'store');
    const store = await openStore(directory);
    await store.grantLease({ id: 7n, ttlMs: 1_000 });
    const heard = listen(store);
    const keys = await fill(store, 'a');
    expect(keys.length).toBeGreaterThan(20);

    await holdsJust(store, keys);
    expect(heard).toHaveLength(keys.length);
    expect(await store.keepLease(7n)).toEqual({ ttlMs: 1_000 });
    const error = await refusal(write(store, put('b', VALUE)));
    expect(String(error)).toContain(directory);
    await checkInvariants(store);

    resizeTmpfs(mounted, 24 * MIB);
    const more = await fill(store, 'c');
    expect(more.length).toBeGreaterThan(20);
    expect(heard).toHaveLength(keys.length + more.length);
    await holdsJust(store, [...keys, ...more]);
    await checkInvariants(store);
    await store.close();

    const again = await openStore(directory);
    await holdsJust(again, [...keys, ...more]);
    await checkInvariants(again);
    await again.close();
  });

  it('is filled no further once history is forgotten: its room in the file is used again', async () => {
    const clock = new SimulatedClock();
    const store = await openStore(join(mountTmpfs(32 * MIB), 'store'), clock);
    const writeSome = async (): Promise<number> => {
      for (let count = 0; count < 100; count++) await write(store, put('always the same', `${count}${VALUE}`));
      await clock.advance(5_000);
      const { revision, sizeBytes } = await store.status();
      await store.compact(revision);
      return sizeBytes;
    };
    // The tables follow at leisure: after a few rounds they are as far behind as they ever are.
    for (let round = 0; round < 3; round++) await writeSome();
    const sizeBytes = await writeSome();
    // Without it, ten rounds more would be more than there is room for; how far behind the tables are varies.
    for (let round = 0; round < 10; round++) expect(await writeSome()).toBeLessThan(2 * sizeBytes);
    await checkInvariants(store);
    await store.close();
  });

  it('does not keep a store from being opened and read', async () => {
    const mounted = mountTmpfs(16 * MIB);
    const directory = join(mounted, 'store');
    const store = await openStore(directory);
    const keys = await fill(store, 'a');
    fillUp(mounted);
    await store.close();
    const again = await openStore(directory);
    await holdsJust(again, keys);
    expect(await refusal(write(again, put('b', VALUE)))).toMatchObject({ code: 'store-full' });
    await checkInvariants(again);
    await again.close();
  });

  it('is told where LMDB would have no room even to open', async () => {
    const mounted = mountTmpfs(16 * MIB);
    const directory = join(mounted, 'store');
    await (await openStore(directory)).close();
    rmSync(join(directory, 'rollcall.mdb-lock'));
    fillUp(mounted);
    expect(await refusal(openStore(directory))).toMatchObject({ code: 'store-full' });
    rmSync(join(mounted, 'filling 0'));
    rmSync(join(mounted, 'filling 1'));
    rmSync(join(mounted, 'filling 2'));
    await (await openStore(directory)).close();
  });

  it('refuses to begin a store, and says why', async () => {
    const mounted = mountTmpfs(MIB / 8);
    fillUp(mounted);
    const error = await refusal(openStore(join(mounted, 'store')));
    expect(error).toMatchObject({ code: 'store-full' });
  });
});

/** To the last page. */
function fillUp(mounted: string): void {
  for (let count = 0; ; count++) {
    try {
      writeFileSync(join(mounted, `filling ${count}`), Buffer.alloc(4_096));
    } catch {
      return;
    }
  }
}
