/** A store on an etcd cluster: `etcd://host:2379,host:2379,host:2379`. */
import { readFileSync } from 'node:fs';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import {
  allKeys,
  catalogRange,
  fromText,
  isRollcallError,
  type Clock,
  type KeyRange,
  type Log,
  type Random,
  type Store,
} from '@rollcall/core';
import type { EtcdCredentials } from '@rollcall/wire';
import { CarefulStore } from '../../shared/careful-store.js';
import { EtcdEngine } from './engine.js';
import { Keyspace } from './keyspace.js';
import { unavailable } from './trouble.js';

export interface EtcdTls {
  /** Paths of PEM files. Left out: the authorities that Node trusts. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export interface EtcdStoreOptions {
  /** `host:port` each. */
  readonly endpoints: readonly string[];
  /** Before every key. Left out: none. */
  readonly prefix?: string;
  /** Nobody else writes to this etcd. */
  readonly exclusive?: boolean;
  /** Left out: what the registry writes for itself. `all`: every key behind the prefix. */
  readonly watched?: 'all';
  /** `null`: plain text. */
  readonly tls?: EtcdTls | null;
  readonly user?: EtcdCredentials | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A cluster that elects a leader answers within a few seconds; one that is not there does not get there by waiting. */
const START_WITHIN_MS = 10_000;

export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const { endpoints, prefix = '', exclusive = false, tls = null, user = null, clock, random, log } = options;
  const engine = new EtcdEngine({
    endpoints,
    channel: channelOf(tls),
    user,
    keyspace: new Keyspace(fromText(prefix)),
    touchAfterMs: exclusive ? null : TOUCH_AFTER_MS,
    watched: watchedOf(options),
    clock,
    random,
    log,
  });
  const untilMs = clock.monotonicMs() + START_WITHIN_MS;
  try {
    await startWithin(engine, clock, untilMs);
  } catch (error) {
    await engine.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw unavailable(
      `No etcd at ${endpoints.join(', ')} answers as it should: ${reason} Is it running, and are the addresses right?`,
      error,
    );
  }
  return new CarefulStore(engine);
}

async function startWithin(engine: EtcdEngine, clock: Clock, untilMs: number): Promise<void> {
  for (;;) {
    try {
      return await engine.start();
    } catch (error) {
      const passing = isRollcallError(error) && error.retryable && error.details['standing'] !== true;
      if (!passing || clock.monotonicMs() >= untilMs) throw error;
      await new Promise<void>((again) => clock.after(START_PAUSE_MS, again));
    }
  }
}

const START_PAUSE_MS = 200;

/** A watch that works is behind by a few milliseconds. */
const TOUCH_AFTER_MS = 100;

function watchedOf({ watched }: EtcdStoreOptions): KeyRange {
  return watched === 'all' ? allKeys : catalogRange;
}

function channelOf(tls: EtcdTls | null): ChannelCredentials {
  if (tls === null) return credentials.createInsecure();
  const read = (path: string | undefined): Buffer | null => (path === undefined ? null : readFileSync(path));
  return credentials.createSsl(read(tls.caFile), read(tls.keyFile), read(tls.certFile));
}
