/** What a store says of itself, asked when somebody looks. */
import type { Clock, Log, Meter, Metric, Store, StoreStatus } from '@rollcall/core';
import { storeStatusSoon } from '../shared/store-status-soon.js';

const size: Metric = { name: 'rollcall_store_size_bytes', kind: 'gauge', help: 'What the store holds of disk, or without one of memory.' };
const revision: Metric = { name: 'rollcall_store_revision', kind: 'gauge', help: 'Where the log stands.' };
const compacted: Metric = {
  name: 'rollcall_store_compacted_revision',
  kind: 'gauge',
  help: 'What lies before this revision can no longer be read or watched.',
};

export class StoreGauges {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  #status: Pick<StoreStatus, 'sizeBytes' | 'revision' | 'compactedRevision'> = { sizeBytes: 0, revision: 0, compactedRevision: 0 };

  constructor(store: Store, clock: Clock, meter: Meter, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    meter.gauge(size, () => this.#status.sizeBytes);
    meter.gauge(revision, () => this.#status.revision);
    meter.gauge(compacted, () => this.#status.compactedRevision);
  }

  /** Never throws: whoever looks at a store in trouble wants the other numbers all the more. */
  async refresh(): Promise<void> {
    try {
      this.#status = await storeStatusSoon(this.#store, this.#clock);
    } catch (error) {
      this.#log.warn('the store does not say how it is', { reason: String(error) });
    }
  }
}
