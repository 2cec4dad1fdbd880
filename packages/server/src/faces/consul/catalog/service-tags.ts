/**
 * Which tags the instances of each service have, all together. Counted once somebody asks, and kept up with every change from
 * then on: to walk over a million instances for every change of one of them would be too much.
 */
import { Namespace, ServiceName, type CatalogView, type Instance, type ServiceChange } from '@rollcall/core';
import { consulItself } from '../itself.js';
import { consulTagsOf } from '../shown/service.js';

/** How many instances have each tag. */
type Counts = Map<string, number>;

export class ServiceTags {
  readonly #view: CatalogView;
  /** By the folded name; `null` while nobody has asked. */
  #counts: Map<ServiceName, Counts> | null = null;
  readonly #spellings = new Map<ServiceName, ServiceName>();

  constructor(view: CatalogView) {
    this.#view = view;
  }

  /** Sorted. */
  of(service: ServiceName): readonly string[] {
    return [...(this.#counted().get(ServiceName.fold(service))?.keys() ?? [])].toSorted();
  }

  reset(): void {
    this.#counts = null;
    this.#spellings.clear();
  }

  /** Whether any name or tag came or went. While nobody has asked, that it may have. */
  take(services: readonly ServiceChange[]): boolean {
    if (this.#counts === null) return true;
    let moved = false;
    for (const change of services) if (change.namespace === Namespace.default && this.#takeOne(change, this.#counts)) moved = true;
    return moved;
  }

  #takeOne({ service, changes }: ServiceChange, all: Map<ServiceName, Counts>): boolean {
    let moved = this.#spelled(service);
    const counts = all.get(service) ?? new Map<string, number>();
    const before = counts.size;
    for (const { previous, current } of changes) {
      const [had, has] = [previous === null ? [] : consulTagsOf(previous), current === null ? [] : consulTagsOf(current)];
      // Most changes are of something else.
      if (had.length === has.length && had.every((tag, at) => tag === has[at])) continue;
      for (const tag of new Set(has)) if (add(counts, tag, 1)) moved = true;
      for (const tag of new Set(had)) if (add(counts, tag, -1)) moved = true;
    }
    if (this.#spellings.has(service)) all.set(service, counts);
    else all.delete(service);
    return moved || before !== counts.size;
  }

  /** Whether it is called otherwise than before: nobody, somebody, or by another spelling. */
  #spelled(service: ServiceName): boolean {
    const before = this.#spellings.get(service);
    const now = this.#view.service(Namespace.default, service, consulItself)?.service;
    if (now === undefined) this.#spellings.delete(service);
    else this.#spellings.set(service, now);
    return now !== before;
  }

  #counted(): Map<ServiceName, Counts> {
    if (this.#counts !== null) return this.#counts;
    this.#counts = new Map();
    for (const { service } of this.#view.services(Namespace.default, consulItself)) {
      const folded = ServiceName.fold(service);
      this.#spellings.set(folded, service);
      this.#counts.set(folded, countsOf(this.#view.instances(Namespace.default, service, consulItself)));
    }
    return this.#counts;
  }
}

function countsOf(instances: readonly Instance[]): Counts {
  const counts: Counts = new Map();
  for (const instance of instances) for (const tag of new Set(consulTagsOf(instance))) add(counts, tag, 1);
  return counts;
}

/** Whether it came or went. */
function add(counts: Counts, tag: string, by: 1 | -1): boolean {
  const count = (counts.get(tag) ?? 0) + by;
  if (count <= 0) return counts.delete(tag);
  counts.set(tag, count);
  return count === 1 && by === 1;
}
