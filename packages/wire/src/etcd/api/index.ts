/** Every message of etcd's API that is spoken here, both ways: a type, and a codec of the same name. */
export * from './auth.js';
export * from './cluster.js';
export * from './concurrency.js';
export * from './kv.js';
export * from './lease.js';
export * from './watch.js';
