/** One registry process: the real catalog, attendance and registrar over a store that outlives it. */
import type { ProcessClock } from '@rollcall/conformance';
import {
  everything,
  Amendments,
  Attendance,
  Caretaker,
  Catalog,
  LogRegistrar,
  visibilityIn,
  type Caller,
  type CatalogView,
  type GuardSettings,
  type Log,
  type Random,
  type Registrar,
  type Store,
} from '@rollcall/core';

export const simulator: Caller = { identity: 'anonymous', may: everything, from: '127.0.0.1', face: 'simulation' };

const silence: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface NodeOptions {
  readonly store: Store;
  readonly clock: ProcessClock;
  readonly random: Random;
  readonly guard: GuardSettings;
}

export class Node {
  readonly clock: ProcessClock;
  readonly view: CatalogView;
  readonly registrar: Registrar;
  readonly attendance: Attendance;
  readonly #catalog: Catalog;
  readonly #caretaker: Caretaker;

  constructor({ store, clock, random, guard }: NodeOptions) {
    this.clock = clock;
    this.#catalog = new Catalog({ store, clock, log: silence });
    this.view = this.#catalog.view;
    const visibility = visibilityIn(this.#catalog);
    this.attendance = new Attendance({ view: this.view, store, showing: visibility, clock, random, log: silence, guard });
    const amendments = new Amendments(store, clock);
    const registrar = new LogRegistrar({
      amendments,
      view: this.view,
      catalog: this.#catalog,
      attendance: this.attendance,
      visibility,
      clock,
    });
    this.registrar = registrar;
    this.#caretaker = new Caretaker({ catalog: this.#catalog, amendments, registrar, clock, log: silence });
  }

  async start(): Promise<void> {
    await this.#catalog.start();
    await this.attendance.start();
    this.#caretaker.start();
  }

  /** As by `kill -9`: nothing is waited for. What was on its way to the log may still arrive there. */
  kill(): void {
    this.clock.end();
    void this.#caretaker.close();
    void this.attendance.close();
    this.#catalog.close();
  }
}
