/** The etcd face: all of its services over one log. */
import type { AccessControl, Caller, Clock, EtcdStoreFor, Log, Random, Store } from '@rollcall/core';
import { GrpcFailure, type GrpcCall, type GrpcFace, type GrpcMetadata } from '../../shared/grpc-face.js';
import { authMethods } from './auth.js';
import { electionMethods } from './election.js';
import { failureOf } from './errors.js';
import { healthMethods } from './health.js';
import { HiddenStore } from './hidden-store.js';
import type { EtcdHouse } from './house.js';
import type { EtcdIdentity } from './identity.js';
import { kvMethods } from './kv.js';
import { leaseMethods } from './lease.js';
import { lockMethods } from './lock.js';
import { maintenanceMethods } from './maintenance.js';
import { QuietRanges, type GoneKeysShelf } from './quiet-ranges.js';
import { withRights } from './rights.js';
import { watchMethods } from './watch.js';

export interface EtcdServicesOptions {
  /** The log itself. */
  readonly store: Store;
  /** The log for one caller, with the instances that some of its keys are. */
  readonly storeFor: EtcdStoreFor;
  readonly access: AccessControl;
  readonly identity: EtcdIdentity;
  /** What it says to be: `3.6.0`. */
  readonly version: string;
  /** Where a caller reaches this member, as URLs. */
  readonly clientUrls: (call: GrpcCall) => readonly string[];
  /** Before the names of services in keys, with a slash behind it; empty for nothing. */
  readonly prefix?: string;
  readonly isServing: () => boolean;
  /** Where what is known of deleted keys outlives a restart. Left out: nowhere. */
  readonly shelf?: GoneKeysShelf | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface EtcdServices {
  readonly face: GrpcFace;
  /** What is known of keys that are gone: to be started, kept over a restart, and closed. */
  readonly quiet: QuietRanges;
}

export function etcdServices(options: EtcdServicesOptions): EtcdServices {
  const { store, storeFor, access, identity, clock, random, log, prefix = '' } = options;
  const house: EtcdHouse = {
    identity,
    clock,
    random,
    log: store,
    storeFor: (caller: Caller) => withRights(new HiddenStore(storeFor(caller)), caller, prefix),
    failed: (error) => failureToldOf(error, log),
  };
  const quiet = new QuietRanges({ store, clock, log, shelf: options.shelf });
  const methods = [
    ...kvMethods(house),
    ...watchMethods(house, quiet),
    ...leaseMethods(house),
    ...maintenanceMethods({ ...options, house }),
    ...authMethods(house, access),
    ...healthMethods(options),
    ...lockMethods(house),
    ...electionMethods(house),
  ];
  return { face: { name: 'etcd', methods, tokenIn, failed: house.failed }, quiet };
}

/** Whoever asked hears of a fault of our own only that the log says more. */
function failureToldOf(error: unknown, log: Log): GrpcFailure {
  const failure = failureOf(error);
  if (failure.status === 'INTERNAL' && !(error instanceof GrpcFailure))
    log.error('a call of etcd’s failed', { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return failure;
}

/** As clients of etcd send what Authenticate answered, or as everybody else does. */
function tokenIn(metadata: GrpcMetadata): string | null {
  const token = metadata.get('token');
  if (token !== undefined && token !== '') return token;
  const bearer = /^bearer +(\S+)$/i.exec(metadata.get('authorization') ?? '');
  return bearer?.[1] ?? null;
}
