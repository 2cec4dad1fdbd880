/** A store on an etcd cluster: `etcd://host:2379,host:2379,host:2379`. */
import {
  allKeys,
  catalogRange,
  fromText,
  isRollcallError,
  noMeter,
  type Bytes,
  type Clock,
  type KeyRange,
  type Log,
  type Meter,
  type Random,
  type Store,
} from '@rollcall/core';
import type { EtcdCredentials } from '@rollcall/wire';
import { defaultHistory, type HistoryLimits } from '../../shared/auto-compaction.js';
import { CarefulStore } from '../../shared/careful-store.js';
import { readCredentials, type EtcdTls } from './credentials.js';
import { EtcdEngine } from './engine.js';
import { Keyspace } from './keyspace.js';
import { unavailable } from './trouble.js';
import { WatchedRanges } from './watched.js';

export interface EtcdStoreOptions {
  /** `host:port` each. */
  readonly endpoints: readonly string[];
  /** Before every key. Left out: none. */
  readonly prefix?: string;
  /** Nobody else writes to this etcd. */
  readonly exclusive?: boolean;
  /** Left out: what the registry writes for itself. `all`: every key behind the prefix; it is all the registry's own. */
  readonly watched?: 'all' | readonly KeyRange[];
  /** `null`: plain text. */
  readonly tls?: EtcdTls | null;
  readonly user?: EtcdCredentials | null;
  /** What to do where etcd does not answer: left out, not to open; or to open a store that refuses everything until etcd was reached. */
  readonly away?: 'go on';
  /** This etcd may forget its history, whoever wrote it. */
  readonly compacts?: boolean;
  /** How much of it, then. */
  readonly history?: Partial<HistoryLimits>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Left out: nobody asks how it goes. */
  readonly meter?: Meter;
}

/** A cluster that elects a leader answers within a few seconds; one that is not there does not get there by waiting. */
const START_WITHIN_MS = 10_000;

/** Whoever can go on without etcd waits for an election, and not for somebody to start it. */
const GO_ON_AFTER_MS = 3_000;

export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const { endpoints, prefix = '', exclusive = false, tls = null, user = null, clock, random, log } = options;
  const engine = new EtcdEngine({
    endpoints,
    channel: await readCredentials(tls, clock.wallMs(), log),
    user,
    keyspace: new Keyspace(fromText(prefix)),
    touchAfterMs: exclusive ? null : TOUCH_AFTER_MS,
    watched: watchedOf(options),
    mark: markOf(options),
    meter: options.meter ?? noMeter,
    history: options.compacts === true ? { ...defaultHistory, ...options.history } : null,
    clock,
    random,
    log,
  });
  const goesOn = options.away === 'go on';
  try {
    await startWithin(engine, options, goesOn ? GO_ON_AFTER_MS : START_WITHIN_MS);
  } catch (error) {
    if (goesOn && isPassing(error)) {
      log.warn('etcd does not answer; it is asked until it does', { endpoints, reason: reasonOf(error) });
      void goOnStarting(engine, options);
      return new CarefulStore(engine);
    }
    await engine.close();
    throw unavailable(`No etcd at ${endpoints.join(', ')} answers as it should: ${reasonOf(error)} ${adviceOn(error, options)}`, error);
  }
  return new CarefulStore(engine);
}

async function startWithin(engine: EtcdEngine, { clock, log, endpoints }: EtcdStoreOptions, withinMs: number): Promise<void> {
  const untilMs = clock.monotonicMs() + withinMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await engine.start();
    } catch (error) {
      if (!isPassing(error) || clock.monotonicMs() >= untilMs) throw error;
      // Whoever started it sees what it waits for.
      if (attempt === 0) log.info('etcd does not answer yet; it is waited for', { endpoints, withinMs, reason: reasonOf(error) });
      await new Promise<void>((again) => clock.after(START_PAUSE_MS, again));
    }
  }
}

async function goOnStarting(engine: EtcdEngine, { clock, log }: EtcdStoreOptions): Promise<void> {
  while (!engine.isClosed) {
    await new Promise<void>((again) => clock.after(GO_ON_PAUSE_MS, again));
    try {
      if (engine.isClosed) return;
      await engine.start();
      return log.info('etcd answers');
    } catch (error) {
      if (!isPassing(error) && !engine.isClosed)
        log.error('etcd answers, but not as it should; it is asked again', { reason: reasonOf(error) });
    }
  }
}

function adviceOn(error: unknown, { prefix = '' }: EtcdStoreOptions): string {
  if (!isRollcallError(error) || error.details['standing'] !== true) return 'Is it running, and are the addresses right?';
  const needs = `${prefix}/rollcall`;
  return error.details['denied'] === true
    ? `The user has to read and write what begins with ${needs}: etcdctl role grant-permission ROLE --prefix=true readwrite ${needs}`
    : 'Are the name and the password right?';
}

function isPassing(error: unknown): boolean {
  return isRollcallError(error) && error.retryable && error.details['standing'] !== true;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const START_PAUSE_MS = 200;
const GO_ON_PAUSE_MS = 1_000;

/** A watch that works is behind by a few milliseconds. */
const TOUCH_AFTER_MS = 100;

function watchedOf({ watched = [catalogRange] }: EtcdStoreOptions): WatchedRanges {
  return new WatchedRanges(watched === 'all' ? [allKeys] : watched);
}

/** The same for all who share a keyspace, whatever else each of them follows. */
function markOf({ prefix = '', watched }: EtcdStoreOptions): Bytes {
  return new Keyspace(fromText(prefix)).markBefore(watched === 'all' ? allKeys : catalogRange);
}
