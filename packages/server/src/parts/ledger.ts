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

export interface Ledger {
  readonly store: Store;
  readonly catalog: Catalog;
  /** The catalog's view, for everybody who comes through a door. */
  readonly shown: CatalogView;
  readonly attendance: Attendance;
  readonly registrar: LogRegistrar;
  readonly caretaker: Caretaker;
}

export function ledgerOn(store: Store, options: ServeOptions, { clock, random, log }: Surroundings, meter: Meter): Ledger {
  const panicRule = { eligibleMin: options.panicEligibleMin, belowShare: options.panicBelowShare };
  const catalog = new Catalog({ store, clock, log, panicRule });
  const { view } = catalog;
  const shown = new FilteredView(view);
  const visibility = visibilityIn(catalog);
  const amendments = new Amendments(store, clock, atTurnsEnd);
  const guard = { windowMs: options.guardWindowMs, share: options.guardShare, departuresMin: options.guardDeparturesMin };
  const attendance = new Attendance({ view, store, showing: visibility, clock, random, log, meter, guard });
  const registrar = new LogRegistrar({ amendments, view: shown, catalog, attendance, visibility, clock });
  const caretaker = new Caretaker({ catalog, amendments, registrar, clock, log });
  return { store, catalog, shown, attendance, registrar, caretaker };
}
