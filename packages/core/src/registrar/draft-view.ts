/** The view as it will be when a draft is written: as far as writers look at it, which read what they change by its name and its place. */
import { FilteredView } from '../access/filtered-view.js';
import { machineText, refText } from '../records/keys.js';
import type { Instance } from '../catalog/instance.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import type { InstanceId, Namespace } from '../catalog/names.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Caller, CatalogView } from '../face.js';

export class DraftView extends FilteredView {
  readonly #instances = new Map<string, Instance | null>();
  readonly #machines = new Map<string, Machine | null>();
  readonly #drafted: () => number;

  constructor(view: CatalogView, drafted: () => number) {
    super(view);
    this.#drafted = drafted;
  }

  /** What is drafted is shown. */
  override get revision(): number {
    return Math.max(super.revision, this.#drafted());
  }

  /** `null`: it is gone. */
  putInstance(ref: InstanceRef, instance: Instance | null): void {
    this.#instances.set(refText(ref), instance);
  }

  putMachine(ref: MachineRef, machine: Machine | null): void {
    this.#machines.set(machineText(ref), machine);
  }

  override instance(ref: InstanceRef, caller: Caller): Instance | undefined {
    const drafted = this.#instances.get(refText(ref));
    return drafted === undefined ? super.instance(ref, caller) : (drafted ?? undefined);
  }

  override instancesById(namespace: Namespace, id: InstanceId, caller: Caller): readonly Instance[] {
    return this.#over(super.instancesById(namespace, id, caller), (one) => one.namespace === namespace && one.id === id);
  }

  override instancesOn(ref: MachineRef, caller: Caller): readonly Instance[] {
    return this.#over(super.instancesOn(ref, caller), (one) => one.namespace === ref.namespace && one.machine === ref.name);
  }

  override allInstances(caller: Caller): Iterable<Instance> {
    return this.#over([...super.allInstances(caller)], () => true);
  }

  override machine(ref: MachineRef, caller: Caller): Machine | undefined {
    const drafted = this.#machines.get(machineText(ref));
    return drafted === undefined ? super.machine(ref, caller) : (drafted ?? undefined);
  }

  #over(shown: readonly Instance[], isMeant: (one: Instance) => boolean): readonly Instance[] {
    if (this.#instances.size === 0) return shown;
    const drafted = [...this.#instances.values()].filter((one): one is Instance => one !== null && isMeant(one));
    return [...shown.filter((one) => !this.#instances.has(refText(one))), ...drafted];
  }
}
