/** What stands behind the doors of a full node, or of a replica: a view, and what writes, over a log that several of them share. */
import { SeededRandom, type SimulatedClock } from '@rollcall/conformance';
import {
  Amendments,
  Attendance,
  Catalog,
  FilteredView,
  LogRegistrar,
  visibilityIn,
  type CatalogView,
  type Store,
  type Visibility,
} from '@rollcall/core';
import { Lines } from './node.fixture.js';

export interface TestHouse {
  readonly view: CatalogView;
  readonly visibility: Visibility;
  readonly registrar: LogRegistrar;
  close(): Promise<void>;
}

export async function openTestHouse(store: Store, clock: SimulatedClock): Promise<TestHouse> {
  const log = new Lines();
  const catalog = new Catalog({ store, clock, log });
  const view = new FilteredView(catalog.view);
  const visibility = visibilityIn(catalog);
  const attendance = new Attendance({ view: catalog.view, store, showing: visibility, clock, random: new SeededRandom(1), log });
  const registrar = new LogRegistrar({ amendments: new Amendments(store, clock), view, catalog, attendance, visibility, clock });
  await catalog.start();
  await attendance.start();
  return {
    view,
    visibility,
    registrar,
    async close() {
      await attendance.close();
      catalog.close();
    },
  };
}
