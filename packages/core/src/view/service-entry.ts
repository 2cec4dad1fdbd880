/** One service in the catalog: its instances, what they add up to, and the revision that last changed any of it. */
import type { ServiceSummary } from '../face.js';
import { isEligible, isPanicking } from '../query/panic.js';
import { isInRotation, isOlder, type Instance } from '../catalog/instance.js';
import type { InstanceId, Namespace, ServiceName } from '../catalog/names.js';
import type { PanicRule } from '../catalog/panic-rule.js';

export class ServiceEntry {
  readonly namespace: Namespace;
  /** Folded. */
  readonly name: ServiceName;
  revision: number;
  panic = false;
  eligible = 0;
  inRotation = 0;
  held = 0;
  readonly #instances = new Map<InstanceId, Instance>();
  /** In the order of their ids, as it was last asked for. Nobody asks for most services between two changes. */
  #sorted: Instance[] | null = null;
  /** Whether somebody holds `#sorted`: then it may not change any more. */
  #lent = false;
  #oldest: Instance | null = null;

  constructor(namespace: Namespace, name: ServiceName, revision: number) {
    this.namespace = namespace;
    this.name = name;
    this.revision = revision;
  }

  get size(): number {
    return this.#instances.size;
  }

  get(id: InstanceId): Instance | undefined {
    return this.#instances.get(id);
  }

  all(): Iterable<Instance> {
    return this.#instances.values();
  }

  sorted(): readonly Instance[] {
    this.#sorted ??= [...this.#instances.values()].sort(byId);
    this.#lent = true;
    return this.#sorted;
  }

  put(instance: Instance, previous: Instance | null): void {
    this.#instances.set(instance.id, instance);
    if (previous !== null) this.#count(previous, -1);
    this.#count(instance, 1);
    if (this.#oldest !== null && this.#oldest === previous) this.#oldest = isOlder(previous, instance) ? null : instance;
    else if (this.#oldest !== null && isOlder(instance, this.#oldest)) this.#oldest = instance;
    if (this.#sorted === null) return;
    const own = this.#own(this.#sorted);
    own.splice(placeOf(own, instance.id), previous === null ? 0 : 1, instance);
  }

  remove(previous: Instance): void {
    this.#instances.delete(previous.id);
    this.#count(previous, -1);
    if (this.#oldest === previous) this.#oldest = null;
    if (this.#sorted === null) return;
    const own = this.#own(this.#sorted);
    own.splice(placeOf(own, previous.id), 1);
  }

  /** Looks again whether it panics. */
  judge(rule: PanicRule, guardHolds: boolean): void {
    this.panic = isPanicking(this, rule, guardHolds);
  }

  summary(): ServiceSummary {
    const { size: instances, inRotation, held, panic } = this;
    return { service: this.#spelling(), instances, inRotation, held, panic };
  }

  /** The oldest instance gives the name its spelling. */
  #spelling(): ServiceName {
    if (this.#oldest === null) {
      for (const one of this.#instances.values()) {
        if (this.#oldest === null || isOlder(one, this.#oldest)) this.#oldest = one;
      }
    }
    return this.#oldest?.service ?? this.name;
  }

  #count(instance: Instance, by: 1 | -1): void {
    if (isEligible(instance)) this.eligible += by;
    if (isInRotation(instance)) this.inRotation += by;
    if (instance.held) this.held += by;
  }

  #own(sorted: Instance[]): Instance[] {
    if (!this.#lent) return sorted;
    this.#sorted = sorted.slice();
    this.#lent = false;
    return this.#sorted;
  }
}

function byId(left: Instance, right: Instance): number {
  return left.id < right.id ? -1 : 1;
}

/** Where this id is, or would be. */
function placeOf(sorted: readonly Instance[], id: InstanceId): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as Instance).id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
