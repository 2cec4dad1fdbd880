/** Lists of instances: in which order they are shown, and what is different between two of them. */
import type { Instance } from '../shapes.js';

export interface InstanceDifference {
  readonly added: readonly Instance[];
  /** As they were. */
  readonly removed: readonly Instance[];
  /** As they are now. */
  readonly changed: readonly Instance[];
}

/**
 * By id, so that every program that sees the same shows it in the same order; with `near` (ZONE or REGION/ZONE), those of that
 * zone first, then those of its region, as the registry itself does it.
 */
export function inOrder(instances: Iterable<Instance>, near: string | undefined): readonly Instance[] {
  const byId = [...instances].sort((a, b) => (a.id < b.id ? -1 : Number(a.id !== b.id)));
  return near === undefined ? byId : nearestFirst(byId, near);
}

/** A list in the order of ids, with a few changes: what a change costs shall not grow with the service, but for a copy of its list. */
export function changedList(list: readonly Instance[], upserts: readonly Instance[], removes: readonly string[]): readonly Instance[] {
  const changed = [...list];
  for (const id of removes) {
    const at = placeOf(changed, id);
    if (changed[at]?.id === id) changed.splice(at, 1);
  }
  for (const one of upserts) {
    const at = placeOf(changed, one.id);
    changed.splice(at, changed[at]?.id === one.id ? 1 : 0, one);
  }
  return changed;
}

/** Where it is, or would be. */
function placeOf(list: readonly Instance[], id: string): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((list[middle]?.id ?? '') < id) from = middle + 1;
    else to = middle;
  }
  return from;
}

function nearestFirst(instances: readonly Instance[], near: string): readonly Instance[] {
  const slash = near.indexOf('/');
  const [region, zone] = slash === -1 ? [undefined, near] : [near.slice(0, slash), near.slice(slash + 1)];
  const regions = new Set(region === undefined ? instances.filter((one) => one.zone === zone).map((one) => one.region) : [region]);
  regions.delete(undefined);
  const rings: [Instance[], Instance[], Instance[]] = [[], [], []];
  for (const instance of instances) {
    const inRegion = regions.has(instance.region);
    // A zone's name may be used in several regions.
    const inZone = instance.zone === zone && (region === undefined || inRegion || instance.region === undefined);
    rings[inZone ? 0 : inRegion ? 1 : 2].push(instance);
  }
  return rings.flat();
}

/** By id. An instance that is the same object in both is the same; whoever makes `after` keeps those that say the same. */
export function differenceOf(before: readonly Instance[], after: readonly Instance[]): InstanceDifference {
  // Most of a large list stays where it was.
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const old = new Map(before.slice(head, before.length - tail).map((instance) => [instance.id, instance]));
  const [added, changed]: [Instance[], Instance[]] = [[], []];
  for (const instance of after.slice(head, after.length - tail)) {
    const was = old.get(instance.id);
    old.delete(instance.id);
    if (was === undefined) added.push(instance);
    else if (was !== instance) changed.push(instance);
  }
  return { added, removed: [...old.values()], changed };
}

/** The one that is known already, if it says the same: so nobody hears of a change that is none. */
export function keptIfSame(known: Instance | undefined, told: Instance): Instance {
  return known !== undefined && JSON.stringify(known) === JSON.stringify(told) ? known : told;
}

export function isSameList(a: readonly Instance[], b: readonly Instance[]): boolean {
  return a.length === b.length && a.every((instance, at) => instance === b[at]);
}

/** Where it listens, for telling whether two are the same under different ids; `undefined` for one without a port. */
export function addressOf({ host, port }: Instance): string | undefined {
  return host === undefined || port === undefined ? undefined : `${host} ${port}`;
}
