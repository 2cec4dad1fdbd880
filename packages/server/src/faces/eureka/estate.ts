/**
 * All applications of a namespace at one moment: the full list, the delta and the hash that clients check themselves by are of
 * the same moment, always. Made anew when somebody asks after a change, and not more often than a twentieth of the time allows.
 */
import { ServiceName, type Caller, type CatalogView, type Clock, type Instance, type Namespace } from '@rollcall/core';
import type { Action, Document, Status } from './document.js';
import { appOf, isShown, read, statusOf } from './map.js';
import type { Recent, RecentChanges } from './recent-changes.js';

export interface Application {
  /** In upper case. */
  readonly name: string;
  readonly service: ServiceName;
  /** Moves exactly when something changed that could be seen of it; with its epoch. */
  readonly stamp: string;
  readonly panic: boolean;
  readonly instances: readonly Instance[];
  readonly counts: ReadonlyMap<Status, number>;
}

export interface Estate {
  readonly namespace: Namespace;
  readonly revision: number;
  /** In the order of their names. */
  readonly applications: readonly Application[];
  readonly hash: string;
  /** Who changed lately, as it is now; those who left stand last, so that nobody takes them for there. */
  readonly delta: readonly { readonly name: string; readonly documents: readonly Document[] }[];
}

export interface EstatesOptions {
  readonly view: CatalogView;
  readonly changes: Pick<RecentChanges, 'all'>;
  readonly clock: Clock;
}

interface Made {
  readonly estate: Estate;
  readonly byService: ReadonlyMap<string, Application>;
  readonly epoch: string;
  readonly atMs: number;
  readonly restMs: number;
}

/** Nobody who polls notices. */
const REST_MS_MAX = 1000;

/** Of the time, at most a twentieth goes into making lists. */
const REST_SHARE = 20;

/** What a delta holds becomes old without any change. */
const DELTA_AGE_MS_MAX = 30_000;

/** One for each namespace, and for each way of being allowed to see a part of it. */
const KEPT_MAX = 64;

export class Estates {
  readonly #options: EstatesOptions;
  readonly #made = new Map<string, Made>();

  constructor(options: EstatesOptions) {
    this.#options = options;
  }

  of(namespace: Namespace, caller: Caller): Estate {
    const key = keyOf(namespace, caller);
    const found = this.#made.get(key);
    if (found !== undefined && this.#isGood(found)) return found.estate;
    const made = this.#make(namespace, caller, found);
    this.#made.delete(key);
    this.#made.set(key, made);
    if (this.#made.size > KEPT_MAX) this.#made.delete(this.#made.keys().next().value as string);
    return made.estate;
  }

  #isGood({ estate, epoch, atMs, restMs }: Made): boolean {
    const { view, clock } = this.#options;
    const ageMs = clock.monotonicMs() - atMs;
    if (epoch !== view.epoch) return false;
    if (estate.revision === view.revision) return estate.delta.length === 0 || ageMs < DELTA_AGE_MS_MAX;
    return ageMs < restMs;
  }

  #make(namespace: Namespace, caller: Caller, before: Made | undefined): Made {
    const { view, clock, changes } = this.#options;
    const beganMs = clock.monotonicMs();
    const byService = new Map<string, Application>();
    for (const { service, panic } of view.services(namespace, caller)) {
      const folded = ServiceName.fold(service);
      const stamp = `${view.epoch}-${view.serviceRevision(namespace, service, caller)}`;
      const known = before?.byService.get(folded);
      const application =
        known?.stamp === stamp ? known : applicationOf(view.instances(namespace, service, caller), { service, panic, stamp });
      if (application.instances.length > 0) byService.set(folded, application);
    }
    const applications = [...byService.values()];
    const isOurs = ({ instance }: Recent): boolean => isShown(instance) && caller.may.read.covers(namespace, instance.service);
    const delta = deltaOf([...changes.all(namespace)].filter(isOurs), byService);
    const atMs = clock.monotonicMs();
    return {
      estate: { namespace, revision: view.revision, applications, hash: hashOf(applications), delta },
      byService,
      epoch: view.epoch,
      atMs,
      restMs: Math.min(REST_MS_MAX, (atMs - beganMs) * REST_SHARE),
    };
  }
}

/** The same for callers who see the same. */
export function keyOf(namespace: Namespace, { may }: Pick<Caller, 'may'>): string {
  return `${namespace} ${may.read.key}`;
}

export function applicationOf(
  instances: readonly Instance[],
  { service, panic, stamp }: Pick<Application, 'service' | 'panic' | 'stamp'>,
): Application {
  const shown = instances.every(isShown) ? instances : instances.filter(isShown);
  const counts = new Map<Status, number>();
  for (const instance of shown) {
    const status = statusOf(instance, panic);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return { name: appOf({ service }), service, stamp, panic, instances: shown, counts };
}

/** Each status with how many have it, in alphabetical order: `DOWN_1_UP_17_`. */
export function hashOf(applications: readonly Pick<Application, 'counts'>[]): string {
  const sums = new Map<Status, number>();
  for (const { counts } of applications) for (const [status, count] of counts) sums.set(status, (sums.get(status) ?? 0) + count);
  return [...sums.keys()]
    .sort()
    .map((status) => `${status}_${sums.get(status)}_`)
    .join('');
}

/** A client that does not have an application yet takes it whole from here, with those who left: they must come last. */
function deltaOf(recent: readonly Recent[], byService: ReadonlyMap<string, Application>): Estate['delta'] {
  const groups = new Map<string, { readonly there: Document[]; readonly gone: Document[] }>();
  for (const { instance, leftAtMs } of recent) {
    const name = appOf(instance);
    const group = groups.get(name) ?? { there: [], gone: [] };
    groups.set(name, group);
    const panic = byService.get(ServiceName.fold(instance.service))?.panic ?? false;
    const document = read(instance, panic);
    if (leftAtMs !== null) group.gone.push({ ...document, actionType: 'DELETED' satisfies Action, lastUpdatedMs: leftAtMs, leftAtMs });
    else group.there.push(document);
  }
  return [...groups].map(([name, { there, gone }]) => ({ name, documents: [...there, ...gone] }));
}
