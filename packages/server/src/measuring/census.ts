/** How many there are of what: kept by following the view, so that nobody ever counts them all but at a reset. */
import {
  everything,
  healths,
  lapseOf,
  ROLLCALL,
  type Caller,
  type CatalogView,
  type Counter,
  type Instance,
  type InstanceChange,
  type Meter,
  type Metric,
} from '@rollcall/core';
import { healthCounts, type HealthCounts } from '../shared/node-status.js';

const modes = ['in', 'draining', 'out'];

const instances: Metric = {
  name: 'rollcall_instances',
  kind: 'gauge',
  help: 'Instances in the catalog, by health and mode.',
  labels: { health: healths, mode: modes },
};

const reasons = ['goodbye', 'lapse', 'failed-check'];
const departures: Metric = {
  name: 'rollcall_departures_total',
  kind: 'counter',
  help: 'Instances that left the catalog: from health (goodbye), after a lapse, or after another check had failed.',
  labels: { reason: reasons },
};

const arrivals: Metric = { name: 'rollcall_arrivals_total', kind: 'counter', help: 'Instances that came into the catalog.' };

/** The registry itself asks. */
const caller: Caller = { identity: ROLLCALL, may: everything, from: '', face: '' };

/** As much of a view as can be counted. */
export type CensusView = Pick<CatalogView, 'allInstances' | 'follow'>;

export class Census {
  readonly #view: CensusView;
  /** By health, then by mode: without a text that is made of both, for every change of anybody. */
  readonly #counts: ReadonlyMap<string, Map<string, number>> = new Map(healths.map((health) => [health, new Map<string, number>()]));
  readonly #arrivals: Counter;
  readonly #departures: (reason: string) => Counter;
  #unfollow: (() => void) | null = null;

  constructor(view: CensusView, meter: Meter) {
    this.#view = view;
    for (const health of healths) {
      for (const mode of modes) meter.gauge(instances, () => this.#countOf(health, mode), { health, mode });
    }
    this.#arrivals = meter.counter(arrivals);
    this.#departures = (reason) => meter.counter(departures, { reason });
    for (const reason of reasons) this.#departures(reason);
  }

  /** Once the view is complete. */
  start(): void {
    this.#countAll();
    this.#unfollow = this.#view.follow(
      { changed: ({ changes }) => changes.forEach((change) => this.#changed(change)), reset: () => this.#countAll() },
      caller,
    );
  }

  /** How many instances, in all and by health. */
  get byHealth(): HealthCounts {
    const of = (health: string): number => modes.reduce((sum, mode) => sum + this.#countOf(health, mode), 0);
    return healthCounts(of);
  }

  close(): void {
    this.#unfollow?.();
  }

  #countAll(): void {
    for (const counts of this.#counts.values()) counts.clear();
    for (const instance of this.#view.allInstances(caller)) this.#count(instance, 1);
  }

  #changed({ previous, current }: InstanceChange): void {
    // Most changes are of something else.
    if (previous !== null && previous.health === current?.health && previous.mode === current.mode) return;
    if (previous !== null) this.#count(previous, -1);
    if (current !== null) this.#count(current, 1);
    if (previous === null) this.#arrivals.add();
    else if (current === null) this.#departures(reasonOf(previous)).add();
  }

  #count({ health, mode }: Instance, by: 1 | -1): void {
    this.#counts.get(health)?.set(mode, this.#countOf(health, mode) + by);
  }

  #countOf(health: string, mode: string): number {
    return this.#counts.get(health)?.get(mode) ?? 0;
  }
}

/** The log does not say who deleted a registration; how the instance was then does, nearly always. */
function reasonOf(last: Instance): string {
  if (lapseOf(last) !== undefined) return 'lapse';
  return last.health === 'critical' ? 'failed-check' : 'goodbye';
}
