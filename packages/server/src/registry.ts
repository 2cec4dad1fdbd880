/** A registry, put together: what runs, in what order, and why. */
import {
  Amendments,
  Attendance,
  Caretaker,
  Catalog,
  CheckedGuardDesk,
  CheckedRegistrar,
  environmentName,
  FilteredView,
  LogRegistrar,
  openAccess,
  visibilityIn,
  type Clock,
  type Log,
  type Metric,
  type Random,
  type Store,
} from '@rollcall/core';
import { httpOption } from './doors/http/config.js';
import { HttpDoor } from './doors/http/door.js';
import { FRAGMENTS_SHARE } from './faces/native/fragments.js';
import { NativeFace } from './faces/native/server.js';
import { Lifecycle, type Part } from './lifecycle.js';
import type { ServeOptions } from './options.js';
import { Measuring } from './measuring/measuring.js';
import { AnswerCache } from './shared/answer-cache.js';
import { servicesParts } from './services-part.js';
import { statusOf } from './status.js';
import { isLoopback } from './shared/loopback.js';
import { encodeSnapshot } from './shared/snapshot.js';
import { openLmdbStore } from './stores/lmdb/store.js';
import { openMemoryStore } from './stores/memory/store.js';

/** What comes from outside of the program. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
}

export interface Registry {
  /** Where each open door listens. */
  readonly doors: Readonly<Record<string, string>>;
  /** Everything that `GET /metrics` tells of. */
  readonly metrics: readonly Metric[];
  /** Reads anew what was read from files at the start: SIGHUP. Never throws. */
  reload(): Promise<void>;
  /** Not ready any more, watchers told, requests finished, store closed. A second call waits for the first. */
  stop(): Promise<void>;
}

/** Settles when it is ready. Throws with everything closed again. */
export async function runRegistry(options: ServeOptions, surroundings: Surroundings): Promise<Registry> {
  const { clock, random, log, version } = surroundings;
  const measuring = new Measuring(clock);
  const { meter } = measuring;
  const store = measuring.measured(await openStore(options, surroundings), log);
  const panicRule = { eligibleMin: options.panicEligibleMin, belowShare: options.panicBelowShare };
  const catalog = new Catalog({ store, clock, log, panicRule });
  const { view } = catalog;
  // Before everybody who comes through a door.
  const shown = new FilteredView(view);
  const visibility = visibilityIn(catalog);
  const amendments = new Amendments(store, clock);
  const guard = { windowMs: options.guardWindowMs, share: options.guardShare, departuresMin: options.guardDeparturesMin };
  const attendance = new Attendance({ view, store, showing: visibility, clock, random, log, meter, guard });
  const registrar = new LogRegistrar({ amendments, view: shown, catalog, attendance, visibility, clock });
  const caretaker = new Caretaker({ catalog, amendments, registrar, clock, log });
  const cache = new AnswerCache({ bytesMax: options.answerCacheBytesMax });
  const native = new NativeFace({
    view: shown,
    registrar: new CheckedRegistrar(registrar),
    guard: new CheckedGuardDesk(attendance),
    status: statusOf({ store, view, clock, instances: () => measuring.instances, doors: () => ({ http: http.address }) }),
    reached: (revision, withinMs) => catalog.reached(revision, withinMs),
    version,
    metrics: () => measuring.text(),
    snapshot: () => encodeSnapshot(store),
    cache,
    fragmentBytesMax: options.answerCacheBytesMax * FRAGMENTS_SHARE,
    watchersMax: options.watchersMax,
    clock,
    random,
    meter,
    log,
  });
  const { bind, http: port, corsOrigins, connectionsMax } = options;
  const { load } = measuring;
  const access = openAccess;
  const http = new HttpDoor({ faces: [native], bind, port, corsOrigins, connectionsMax, access, load, clock, random, meter });

  const house = { store, catalog, attendance, measuring, caretaker, registrar, http, native };
  const lifecycle = new Lifecycle({ parts: partsOf(house, options, surroundings), clock, log });
  await lifecycle.start();
  if (!isLoopback(options.bind)) log.warn(OPEN_TO_OTHERS, { bind: options.bind });
  return { doors: { http: http.address }, metrics: measuring.described(), reload: () => lifecycle.reload(), stop: () => lifecycle.stop() };
}

/** What runs, in the order in which it starts; it stops in the opposite one. */
function partsOf(
  { store, catalog, attendance, measuring, caretaker, registrar, http, native }: House,
  options: ServeOptions,
  { clock, log }: Surroundings,
): readonly Part[] {
  return [
    // The log first, and last to go: everything else is derived from it, and what is acknowledged must be in it.
    { name: 'the store', close: () => store.close() },
    // Reads everything, so that nobody is told of an absence that is none.
    { name: 'the catalog', start: () => catalog.start(), close: () => catalog.close() },
    // From here on heartbeats count; everybody has a full ttl.
    { name: 'attendance', start: () => attendance.start(), close: () => attendance.close() },
    // Behind all who follow the catalog, so that what is counted has happened.
    { name: 'the measuring', start: () => measuring.start(catalog.view), close: () => measuring.close() },
    // Drains end, and what was begun before is finished.
    { name: 'the caretaker', start: () => caretaker.start(), close: () => caretaker.close() },
    // Whoever asks finds what stands in files too.
    ...servicesParts(options, { view: catalog.view, registrar, clock, log }),
    // The doors last: whoever gets in finds a registry that can answer.
    { name: 'the HTTP door', start: () => open(http, options), drain: () => http.drain(), close: () => http.close() },
    // Its streams end before the door waits for those inside to leave.
    { name: 'the native face', drain: () => native.drain() },
  ];
}

interface House {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly attendance: Attendance;
  readonly measuring: Measuring;
  readonly caretaker: Caretaker;
  readonly registrar: LogRegistrar;
  readonly http: HttpDoor;
  readonly native: NativeFace;
}

const OPEN_TO_OTHERS = 'THERE IS NO ACCESS CONTROL: everybody who reaches this address can register, deregister and read';

function openStore(options: ServeOptions, { clock, random, log }: Surroundings): Promise<Store> {
  const history = { revisionsMax: options.historyRevisionsMax, ageMaxMs: options.historyAgeMaxMs };
  switch (options.store) {
    case 'embedded':
      return openLmdbStore({ directory: options.data, clock, random, log, history });
    case 'memory':
      return openMemoryStore({ clock, random, log, history });
  }
}

async function open(http: HttpDoor, { bind, http: port }: ServeOptions): Promise<void> {
  try {
    await http.start();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const other = `another one with --${httpOption.flag} ${httpOption.placeholder} or ${environmentName(httpOption.flag)}, 0 for any that is free`;
    if (code === 'EADDRINUSE') throw new Error(`HTTP port ${port} on ${bind} is taken. Choose ${other}.`, { cause: error });
    if (code === 'EACCES') throw new Error(`HTTP port ${port} on ${bind} is not allowed for this user. Choose ${other}.`, { cause: error });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`${bind} is no address of this machine. Choose one with --bind ADDR or ROLLCALL_BIND.`, { cause: error });
    }
    throw error;
  }
}
