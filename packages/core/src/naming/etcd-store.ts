/**
 * The log as a client of etcd writes to it: keys that other faces' instances are shown as, and keys that are instances themselves,
 * are seen to here, so that whoever answers such clients needs to know of neither. Reads, watches and leases are the log's own.
 */
import type { Caller } from '../face.js';
import type { Store } from '../ports/store.js';

/**
 * The log for one caller, whose rights count for every commit through it. Made for every call, and cheap. What it refuses it
 * throws as `forbidden`, with a sentence for the caller, before anything happened.
 */
export type EtcdStoreFor = (caller: Caller) => Store;
