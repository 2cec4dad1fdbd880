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
  visibilityIn,
  type CatalogView,
  type Clock,
  type Log,
  type Metric,
  type Random,
  type RollcallError,
  type Store,
} from '@rollcall/core';
import { accessOf, type Access } from './access/access.js';
import { Audit } from './access/audit.js';
import { AuditedGuardDesk, AuditedRegistrar, isWritten } from './access/audited-registrar.js';
import { exposureOf } from './access/exposure.js';
import { httpOption } from './doors/http/config.js';
import { HttpDoor, type Refused } from './doors/http/door.js';
import { readTls } from './doors/http/tls.js';
import { FRAGMENTS_SHARE } from './faces/native/fragments.js';
import { NativeFace } from './faces/native/server.js';
import { Lifecycle, type Part } from './lifecycle.js';
import type { ServeOptions } from './options.js';
import { Measuring } from './measuring/measuring.js';
import { AnswerCache } from './shared/answer-cache.js';
import { servicesParts } from './services-part.js';
import { statusOf } from './status.js';
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
  const access = await readAccess(options, log);
  const tls = await readTls(options, clock.wallMs());
  for (const warning of tls?.warnings ?? []) log.warn(warning);
  const measuring = new Measuring(clock);
  const { meter } = measuring;
  const ledger = await openLedger(options, surroundings, measuring);
  const { store, catalog, attendance, registrar } = ledger;
  const { view } = catalog;
  const book = new Audit({ target: options.audit ?? '-', clock, log, meter });
  const audit = options.audit === null ? null : book;
  const [checked, desk] = [new CheckedRegistrar(registrar), new CheckedGuardDesk(attendance)];
  const cache = new AnswerCache({ bytesMax: options.answerCacheBytesMax });
  const native = new NativeFace({
    view: ledger.shown,
    registrar: audit === null ? checked : new AuditedRegistrar(checked, audit),
    guard: audit === null ? desk : new AuditedGuardDesk(desk, audit),
    status: statusOf({ store, view, clock, instances: () => measuring.instances, doors: () => doorsOf(http, options) }),
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
  const http = new HttpDoor({
    ...options,
    port: options.http,
    faces: [native],
    access: access.control,
    refused: audit === null ? undefined : (error, refused) => noteRefusal(audit, error, refused),
    tls,
    load: measuring.load,
    clock,
    random,
    meter,
  });

  const house = { ...ledger, access, audit, measuring, http, native };
  const lifecycle = new Lifecycle({ parts: partsOf(house, options, surroundings), clock, log });
  await lifecycle.start();
  return { doors: doorsOf(http, options), metrics: measuring.described(), reload: () => lifecycle.reload(), stop: () => lifecycle.stop() };
}

/** What runs, in the order in which it starts; it stops in the opposite one. */
function partsOf(
  { store, catalog, attendance, access, audit, measuring, caretaker, registrar, http, native }: House,
  options: ServeOptions,
  surroundings: Surroundings,
): readonly Part[] {
  const { clock, log } = surroundings;
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
    // Before anybody can do anything, and until nobody does any more.
    ...(audit === null ? [] : [{ name: 'the audit', start: () => audit.open(), reload: () => audit.reopen(), close: () => audit.close() }]),
    // From its file at the start, and from then on whenever that is read anew.
    { name: 'access control', reload: () => access.reload() },
    // Whoever asks finds what stands in files too.
    ...servicesParts(options, { view: catalog.view, registrar, clock, log }),
    // The doors last: whoever gets in finds a registry that can answer.
    {
      name: 'the HTTP door',
      start: () => open(http, options),
      reload: () => renew(http, options, surroundings),
      drain: () => http.drain(),
      close: () => http.close(),
    },
    // Its streams end before the door waits for those inside to leave.
    { name: 'the native face', drain: () => native.drain() },
  ];
}

interface House extends Ledger {
  readonly access: Access;
  readonly audit: Audit | null;
  readonly measuring: Measuring;
  readonly http: HttpDoor;
  readonly native: NativeFace;
}

/** What knows and decides: the log, and all that is derived from it. */
interface Ledger {
  readonly store: Store;
  readonly catalog: Catalog;
  /** The catalog's view, for everybody who comes through a door. */
  readonly shown: CatalogView;
  readonly attendance: Attendance;
  readonly registrar: LogRegistrar;
  readonly caretaker: Caretaker;
}

async function openLedger(options: ServeOptions, surroundings: Surroundings, measuring: Measuring): Promise<Ledger> {
  const { clock, random, log } = surroundings;
  const store = measuring.measured(await openStore(options, surroundings), log);
  const panicRule = { eligibleMin: options.panicEligibleMin, belowShare: options.panicBelowShare };
  const catalog = new Catalog({ store, clock, log, panicRule });
  const { view } = catalog;
  const shown = new FilteredView(view);
  const visibility = visibilityIn(catalog);
  const amendments = new Amendments(store, clock);
  const guard = { windowMs: options.guardWindowMs, share: options.guardShare, departuresMin: options.guardDeparturesMin };
  const attendance = new Attendance({ view, store, showing: visibility, clock, random, log, meter: measuring.meter, guard });
  const registrar = new LogRegistrar({ amendments, view: shown, catalog, attendance, visibility, clock });
  const caretaker = new Caretaker({ catalog, amendments, registrar, clock, log });
  return { store, catalog, shown, attendance, registrar, caretaker };
}

/** Before everything else, so that a mistake there is found at once. */
async function readAccess(options: ServeOptions, log: Log): Promise<Access> {
  const { refusal, warnings } = exposureOf({ ...options, isEncrypted: options.tlsCert !== null });
  if (refusal !== null) throw new Error(refusal);
  for (const warning of warnings) log.warn(warning, { bind: options.bind });
  const access = accessOf({ ...options, log });
  await access.load();
  return access;
}

function openStore(options: ServeOptions, { clock, random, log }: Surroundings): Promise<Store> {
  const history = { revisionsMax: options.historyRevisionsMax, ageMaxMs: options.historyAgeMaxMs };
  switch (options.store) {
    case 'embedded':
      return openLmdbStore({ directory: options.data, clock, random, log, history });
    case 'memory':
      return openMemoryStore({ clock, random, log, history });
  }
}

/** What the registrar has refused stands in the audit already. */
function noteRefusal(audit: Audit, error: RollcallError, refused: Refused): void {
  if (isWritten(error)) return;
  const { identity, right } = error.details;
  audit.record({
    who: typeof identity === 'string' ? identity : 'unknown',
    ...refused,
    result: error.code,
    ...(typeof right === 'string' ? { right } : {}),
  });
}

/** A door that speaks TLS says so by its name. */
function doorsOf(http: HttpDoor, { tlsCert }: ServeOptions): Readonly<Record<string, string>> {
  return { [tlsCert === null ? 'http' : 'https']: http.address };
}

async function renew(http: HttpDoor, options: ServeOptions, { clock, log }: Surroundings): Promise<void> {
  try {
    const tls = await readTls(options, clock.wallMs());
    if (tls === null) return;
    http.secure(tls);
    for (const warning of tls.warnings) log.warn(warning);
    log.info('the certificate was read anew', { file: options.tlsCert ?? '' });
  } catch (error) {
    log.error('the files of TLS cannot be used; those from before stay in force', { reason: (error as Error).message });
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
