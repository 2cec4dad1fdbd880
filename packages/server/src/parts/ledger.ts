/** What knows and decides: the log, and all that is derived from it. */
import {
  Amendments,
  Attendance,
  Caretaker,
  Catalog,
  FilteredView,
  LogRegistrar,
  visibilityIn,
  type CatalogView,
  type Meter,
  type Store,
} from '@rollcall/core';
import type { ServeOptions } from '../options.js';
import { atTurnsEnd } from '../shared/turn.js';
import type { Surroundings } from '../surroundings.js';
import { Hearing } from './attendance.js';
import type { ClusterNode } from './cluster.js';

interface LedgerSources {
  readonly store: Store;
  readonly meter: Meter;
  readonly cluster: ClusterNode | null;
}

export interface Ledger {
  readonly store: Store;
  readonly catalog: Catalog;
  /** The catalog's view, for everybody who comes through a door. */
  readonly shown: CatalogView;
  readonly attendance: Attendance;
  readonly hearing: Hearing;
  readonly registrar: LogRegistrar;
  readonly caretaker: Caretaker;
}

/** `cluster`: `null` for a node that has no others. */
export function ledgerOn({ store, meter, cluster }: LedgerSources, options: ServeOptions, { clock, random, log }: Surroundings): Ledger {
  const panicRule = { eligibleMin: options.panicEligibleMin, belowShare: options.panicBelowShare };
  const catalog = new Catalog({ store, clock, log, panicRule });
  const { view } = catalog;
  const shown = new FilteredView(view);
  const visibility = visibilityIn(catalog);
  const amendments = new Amendments(store, clock, atTurnsEnd);
  const guard = { windowMs: options.guardWindowMs, share: options.guardShare, departuresMin: options.guardDeparturesMin };
  const among = cluster === null ? {} : { company: cluster.company, fences: cluster.fences };
  const attendance = new Attendance({ view, store, showing: visibility, clock, random, log, meter, guard, ...among });
  const hearing = new Hearing(attendance);
  const heard = cluster === null ? attendance : hearing.heard;
  const registrar = new LogRegistrar({ amendments, view: shown, catalog, attendance: heard, visibility, clock });
  const duty = cluster === null ? {} : { duty: cluster.company.duty };
  const caretaker = new Caretaker({ catalog, amendments, registrar, clock, log, ...duty });
  return { store, catalog, shown, attendance, hearing, registrar, caretaker };
}
