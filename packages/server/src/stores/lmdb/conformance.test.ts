/** The embedded engine keeps the laws of the Store, through restarts too. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterRestart, SeededRandom, SimulatedClock, storeConformance, withYields, type StoreHarness } from '@rollcall/conformance';
import type { Log } from '@rollcall/core';
import { openLmdbStore } from './store.js';

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

let stores = 0;

const lmdb: StoreHarness = {
  name: 'lmdb',
  async create() {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-lmdb-'));
    const clock = new SimulatedClock();
    const random = new SeededRandom(++stores);
    const open = () => openLmdbStore({ directory, clock, random, log: silent });
    let store = await open();
    return {
      get store() {
        return store;
      },
      async reopen() {
        await store.close();
        store = await open();
      },
      advance: (ms) => clock.advance(ms),
      sleep: (ms) => clock.sleep(ms),
      async destroy() {
        await store.close();
        await rm(directory, { recursive: true });
      },
    };
  },
};

storeConformance(lmdb);
storeConformance(withYields(lmdb, 3), { runs: 5, seed: 3 });
storeConformance(afterRestart(lmdb), { runs: 5, seed: 4 });
