/** The memory engine keeps the laws of the Store. */
import { SeededRandom, SimulatedClock, storeConformance, withYields, type StoreHarness } from '@rollcall/conformance';
import { openMemoryStore } from './store.js';

let stores = 0;

const memory: StoreHarness = {
  name: 'memory',
  cannot: [{ law: 'restart', reason: 'what is only in memory is gone with it' }],
  async create() {
    const clock = new SimulatedClock();
    const store = await openMemoryStore({ clock, random: new SeededRandom(++stores) });
    return {
      store,
      advance: (ms) => clock.advance(ms),
      sleep: (ms) => clock.sleep(ms),
      destroy: () => store.close(),
    };
  },
};

storeConformance(memory, { runs: 100 });
storeConformance(withYields(memory, 1), { runs: 20, seed: 2 });
