/** Which instances an answer holds and in what order, and how a change looks to somebody who sees only those. */
import type { ServiceChange } from '../view/feed.js';
import { isInRotation, type Instance } from '../catalog/instance.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Caller, CatalogView, ServiceRef } from '../face.js';
import type { HealthFilter, InstanceQuery, Place } from './instance-query.js';
import { isEligible } from './panic.js';

export interface Selection {
  readonly instances: readonly Instance[];
  /** The instances are not those in rotation but all who could be tried: mark each of them. */
  readonly panic: boolean;
}

export interface SelectedChange {
  readonly upserts: readonly Instance[];
  readonly removes: readonly InstanceRef[];
  /** As in a selection, of the upserts. */
  readonly panic: boolean;
}

export function select(view: CatalogView, { namespace, service }: ServiceRef, query: InstanceQuery, caller: Caller): Selection {
  const panic = query.health === 'rotation' && view.service(namespace, service, caller)?.panic === true;
  return selectFrom(view.instances(namespace, service, caller), panic, query);
}

/** The same from a list that was taken earlier, with all that the service had then. */
export function selectFrom(all: readonly Instance[], panic: boolean, query: InstanceQuery): Selection {
  const found = all.filter((instance) => hasHealth(instance, query.health, panic) && matches(instance, query));
  const sorted = query.near === null ? found : nearestFirst(found, query.near);
  return { instances: query.limit === null ? sorted : sorted.slice(0, query.limit), panic };
}

/**
 * Leaving the selection is a departure for whoever sees only the selection; what stays outside is nothing at all. When
 * a panic begins or ends, everybody's mark changes, and all of them are said anew: the view must be the one that
 * has just shown this change, or a later one. Order and limit have no meaning here.
 */
export function selectChange(view: CatalogView, change: ServiceChange, query: InstanceQuery, caller: Caller): SelectedChange {
  const turned = query.health === 'rotation' && change.panic.before !== change.panic.after;
  const [before, after] = [query.health === 'rotation' && change.panic.before, query.health === 'rotation' && change.panic.after];
  const was = (instance: Instance | null): boolean =>
    instance !== null && hasHealth(instance, query.health, before) && matches(instance, query);
  const is = (instance: Instance | null): boolean =>
    instance !== null && hasHealth(instance, query.health, after) && matches(instance, query);
  const upserts: Instance[] = [];
  const removes: InstanceRef[] = [];
  for (const { previous, current } of turned ? [...change.changes, ...unchanged(view, change, caller)] : change.changes) {
    if (current !== null && is(current)) upserts.push(current);
    else if (previous !== null && was(previous)) removes.push(refOf(previous));
  }
  return { upserts, removes, panic: after };
}

/** Everything but health. */
export function matches(instance: Instance, { tags, version, zone, metadata }: InstanceQuery): boolean {
  if (version !== null && instance.version !== version) return false;
  if (zone !== null && instance.zone !== zone) return false;
  for (const tag of tags) if (!instance.tags.includes(tag)) return false;
  for (const key in metadata) if (!Object.hasOwn(instance.metadata, key) || instance.metadata[key] !== metadata[key]) return false;
  return true;
}

function hasHealth(instance: Instance, filter: HealthFilter, panic: boolean): boolean {
  if (filter === 'rotation') return panic ? isEligible(instance) : isInRotation(instance);
  return filter === 'any' || instance.health === filter;
}

/** Those of the zone, then those of the region, then the others; within each as they came. */
function nearestFirst(instances: readonly Instance[], { zone, region }: Place): readonly Instance[] {
  const regions = new Set(region === null ? instances.filter((one) => one.zone === zone).map((one) => one.region) : [region]);
  regions.delete(null);
  const rings: [Instance[], Instance[], Instance[]] = [[], [], []];
  for (const instance of instances) {
    const inRegion = regions.has(instance.region);
    // A zone's name may be used in several regions: then it is only the one in the region that was named.
    const inZone = instance.zone === zone && (region === null || inRegion || instance.region === null);
    rings[inZone ? 0 : inRegion ? 1 : 2].push(instance);
  }
  return rings.flat();
}

function unchanged(
  view: CatalogView,
  { namespace, service, changes }: ServiceChange,
  caller: Caller,
): readonly { previous: Instance; current: Instance }[] {
  const changed = new Set(changes.map(({ ref }) => ref.id));
  const others = view.instances(namespace, service, caller).filter(({ id }) => !changed.has(id));
  return others.map((instance) => ({ previous: instance, current: instance }));
}

function refOf({ namespace, service, id }: InstanceRef): InstanceRef {
  return { namespace, service, id };
}
