/** The engines by themselves: for tools that look into a store, and for whoever measures one. */
export { systemClock } from './shared/system-clock.js';
export { systemRandom } from './shared/system-random.js';
export type { EtcdTls } from './stores/etcd/credentials.js';
export { openEtcdStore, type EtcdStoreOptions } from './stores/etcd/store.js';
export { openLmdbStore, type LmdbStoreOptions } from './stores/lmdb/store.js';
export { openMemoryStore, type MemoryStoreOptions } from './stores/memory/store.js';
