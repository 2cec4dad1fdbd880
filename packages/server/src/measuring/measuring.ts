/** Everything that is measured in one registry, put together: what it counts, what it reads when asked, and how busy it is. */
import {
  everything,
  ROLLCALL,
  type CatalogView,
  type Clock,
  type Load,
  type Log,
  type Meter,
  type Metric,
  type Store,
} from '@rollcall/core';
import { healthCounts, type HealthCounts } from '../shared/node-status.js';
import { Census } from './census.js';
import { LoopDelay } from './loop-delay.js';
import { MeasuredStore } from './measured-store.js';
import { Metrics } from './metrics.js';
import { showProcess } from './process-metrics.js';
import { Propagation } from './propagation.js';
import { StoreGauges } from './store-gauges.js';

const revision: Metric = {
  name: 'rollcall_view_revision',
  kind: 'gauge',
  help: 'Up to which revision of the log the catalog shows every change.',
};

const staleness: Metric = {
  name: 'rollcall_view_staleness_seconds',
  kind: 'gauge',
  help: 'How old the catalog is; 0 while it follows the log.',
};

export class Measuring {
  readonly #metrics = new Metrics();
  readonly #clock: Clock;
  readonly #propagation: Propagation;
  readonly #delay: LoopDelay;
  #store: MeasuredStore | null = null;
  #gauges: StoreGauges | null = null;
  #census: Census | null = null;
  #close: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#propagation = new Propagation(this.#metrics);
    this.#delay = new LoopDelay(clock, this.#metrics);
    showProcess(this.#metrics);
  }

  get meter(): Meter {
    return this.#metrics;
  }

  described(): readonly Metric[] {
    return this.#metrics.described();
  }

  /** What everybody else is to use instead. */
  measured(store: Store, log: Log): Store {
    this.#store = new MeasuredStore(store, { clock: this.#clock, meter: this.#metrics, propagation: this.#propagation });
    this.#gauges = new StoreGauges(store, this.#clock, this.#metrics, log);
    return this.#store;
  }

  /** Once the view is complete, and behind all others who follow it: what they were told, watchers were told. */
  start(view: CatalogView): void {
    const clock = this.#clock;
    const census = (this.#census = new Census(view, this.#metrics));
    this.#metrics.gauge(revision, () => view.revision);
    this.#metrics.gauge(staleness, () => (view.staleSinceMs === null ? 0 : Math.max(0, clock.wallMs() - view.staleSinceMs) / 1000));
    census.start();
    const told = ({ revision }: { readonly revision: number }): void => this.#propagation.told(revision, clock.monotonicMs());
    const unfollow = view.follow({ changed: told, reset: () => undefined }, { identity: ROLLCALL, may: everything, from: '', face: '' });
    this.#delay.start();
    this.#close = () => {
      this.#delay.close();
      census.close();
      unfollow();
    };
  }

  /** How many instances there are, in all and by health. */
  get instances(): HealthCounts {
    return this.#census?.byHealth ?? healthCounts(() => 0);
  }

  close(): void {
    this.#close();
  }

  readonly load = (): Load => ({ loopDelayMs: this.#delay.standingMs, commitsWaiting: this.#store?.waiting ?? 0 });

  /** In the text format of Prometheus. */
  async text(): Promise<string> {
    await this.#gauges?.refresh();
    return this.#metrics.render();
  }
}
