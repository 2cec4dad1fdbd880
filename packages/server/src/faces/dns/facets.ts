/**
 * A service's instances by their tags and by the names of their ports: made once for a list, so that names which nobody has cost no
 * walk through all of them.
 */
import type { Instance } from '@rollcall/core';
import { foldText } from './map.js';

export interface Facets {
  /** Folded. */
  readonly byTag: ReadonlyMap<string, readonly Instance[]>;
  /** What tags end in, behind their dots. */
  readonly tagEnds: ReadonlySet<string>;
  readonly byPort: ReadonlyMap<string, readonly Instance[]>;
}

/** What did not change is the same list again, and what was made of it goes with it. */
const known = new WeakMap<readonly Instance[], Facets>();

export function facetsOf(instances: readonly Instance[]): Facets {
  const made = known.get(instances) ?? makeFacets(instances);
  known.set(instances, made);
  return made;
}

function makeFacets(instances: readonly Instance[]): Facets {
  const [byTag, byPort] = [new Map<string, Instance[]>(), new Map<string, Instance[]>()];
  for (const instance of instances) {
    for (const tag of instance.tags) put(byTag, foldText(tag), instance);
    for (const port in instance.ports) put(byPort, foldText(port), instance);
  }
  const tagEnds = new Set<string>();
  for (const tag of byTag.keys())
    for (let dot = tag.indexOf('.'); dot >= 0; dot = tag.indexOf('.', dot + 1)) tagEnds.add(tag.slice(dot + 1));
  return { byTag, tagEnds, byPort };
}

function put(table: Map<string, Instance[]>, key: string, instance: Instance): void {
  const there = table.get(key);
  if (there === undefined) table.set(key, [instance]);
  // Two tags of one instance may differ by case only.
  else if (there.at(-1) !== instance) there.push(instance);
}
