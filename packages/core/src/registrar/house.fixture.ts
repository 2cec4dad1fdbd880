/** Catalog, attendance and registrar over a plain log, with a clock that only moves when told to. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { Attendance } from '../attendance/attendance.js';
import type { GuardSettings } from '../attendance/guard.js';
import type { ProbeRunner } from '../attendance/probes.js';
import { Catalog } from '../view/catalog.js';
import { someone } from '../catalog/instance.fixture.js';
import type { Instance } from '../catalog/instance.js';
import type { Knowing } from '../view/known-records.js';
import type { Company } from '../cluster/company.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { CatalogView } from '../face.js';
import { etcdStores, type EtcdStoreFor } from '../naming/etcd-store.js';
import { lensedStore } from '../naming/lensed-store.js';
import type { LensScope } from '../naming/naming-keys.js';
import { Projector } from '../naming/projector.js';
import { noMeter } from '../ports/meter.js';
import type { Store } from '../ports/store.js';
import type { Log } from '../ports/log.js';
import { Amendments } from './amend.js';
import { Caretaker } from './caretaker.js';
import { LogRegistrar } from './log-registrar.js';
import { PlainLog } from './plain-log.fixture.js';
import { visibilityIn } from './visibility.js';

export interface House {
  readonly store: PlainLog;
  readonly clock: SimulatedClock;
  readonly catalog: Catalog;
  readonly view: CatalogView;
  readonly attendance: Attendance;
  readonly registrar: LogRegistrar;
  readonly projector: Projector;
  readonly etcd: EtcdStoreFor;
  /** Warnings and errors that were logged. */
  readonly complaints: readonly string[];
  look(ref: InstanceRef): Instance | undefined;
  close(): Promise<void>;
}

export interface HouseOptions extends Partial<Pick<House, 'store' | 'clock'>> {
  /** How it sees the log. */
  readonly through?: Store;
  /** Instead of its own catalog. */
  readonly knowing?: Knowing;
  readonly guard?: GuardSettings;
  readonly prober?: ProbeRunner;
  /** What the caretaker sees to. */
  readonly duty?: { isOurs(text: string): boolean };
  readonly company?: Company;
  /** Where keys of others count as registrations. Left out: nowhere, and nothing is shown as keys. */
  readonly lens?: LensScope;
}

/** A second one over the same log and clock is a node after a restart. */
export async function openHouse({
  store = new PlainLog(),
  clock = new SimulatedClock(),
  through = store.asStore,
  knowing,
  guard,
  prober,
  duty,
  company,
  lens,
}: HouseOptions = {}): Promise<House> {
  const complaints: string[] = [];
  const log: Log = { info: () => undefined, warn: (text) => void complaints.push(text), error: (text) => void complaints.push(text) };
  const catalog = new Catalog({ store: through, clock, log, ...(lens === undefined ? {} : { lens }) });
  const { view } = catalog;
  const visibility = visibilityIn(catalog);
  const projector = new Projector({ store: through, catalog, clock, log, meter: noMeter });
  const prefix = (): string | null => catalog.naming.prefix;
  const naming = { store: through, claims: catalog.claims, catalog, view, prefix };
  const written = lens === undefined ? through : lensedStore({ ...naming, project: (refs, at) => projector.project(refs, at) });
  const amendments = new Amendments(written, clock);
  const attendance = new Attendance({
    view,
    store: written,
    showing: visibility,
    clock,
    random: new SeededRandom(1),
    log,
    ...(guard === undefined ? {} : { guard }),
    ...(company === undefined ? {} : { company }),
    ...(prober === undefined ? {} : { prober }),
  });
  const registrar = new LogRegistrar({ amendments, view, catalog: knowing ?? catalog, attendance, visibility, clock });
  const caretaker = new Caretaker({ catalog, amendments, registrar, clock, log, ...(duty === undefined ? {} : { duty }) });
  await catalog.start();
  await attendance.start();
  caretaker.start();
  if (lens !== undefined) projector.start();
  return {
    store,
    clock,
    catalog,
    view,
    attendance,
    registrar,
    projector,
    etcd: etcdStores({ ...naming, clock, caughtUp: (withinMs) => catalog.caughtUp(withinMs) }),
    complaints,
    look: (ref) => view.instance(ref, someone),
    async close() {
      await projector.close();
      await caretaker.close();
      await attendance.close();
      catalog.close();
    },
  };
}
