/**
 * The view as its callers may see it: whoever may read some services only finds the others as if they were not there.
 * Who may read everything pays one question for that.
 */
import type { ChangeBatch, FeedListener } from '../view/feed.js';
import type { GuardState } from '../records/guard-record.js';
import type { Instance } from '../catalog/instance.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import type { InstanceId, Namespace, ServiceName } from '../catalog/names.js';
import { usualPanicRule, type PanicRule } from '../catalog/panic-rule.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Caller, CatalogView, Interest, ServiceSummary } from '../face.js';

export class FilteredView implements CatalogView {
  readonly #view: CatalogView;

  constructor(view: CatalogView) {
    this.#view = view;
  }

  get epoch(): string {
    return this.#view.epoch;
  }

  get revision(): number {
    return this.#view.revision;
  }

  get complete(): boolean {
    return this.#view.complete;
  }

  get staleSinceMs(): number | null {
    return this.#view.staleSinceMs;
  }

  get guard(): GuardState {
    return this.#view.guard;
  }

  namespaces(caller: Caller): readonly Namespace[] {
    const all = this.#view.namespaces(caller);
    return seesAll(caller) ? all : all.filter((namespace) => this.services(namespace, caller).length > 0);
  }

  services(namespace: Namespace, caller: Caller): readonly ServiceSummary[] {
    const all = this.#view.services(namespace, caller);
    return seesAll(caller) ? all : all.filter(({ service }) => sees(caller, namespace, service));
  }

  service(namespace: Namespace, service: ServiceName, caller: Caller): ServiceSummary | undefined {
    return sees(caller, namespace, service) ? this.#view.service(namespace, service, caller) : undefined;
  }

  /** Of what may not be seen it says nothing, not even when it changed. */
  serviceRevision(namespace: Namespace, service: ServiceName, caller: Caller): number {
    return sees(caller, namespace, service) ? this.#view.serviceRevision(namespace, service, caller) : this.revision;
  }

  instances(namespace: Namespace, service: ServiceName, caller: Caller): readonly Instance[] {
    return sees(caller, namespace, service) ? this.#view.instances(namespace, service, caller) : [];
  }

  instance(ref: InstanceRef, caller: Caller): Instance | undefined {
    return sees(caller, ref.namespace, ref.service) ? this.#view.instance(ref, caller) : undefined;
  }

  instancesById(namespace: Namespace, id: InstanceId, caller: Caller): readonly Instance[] {
    return seen(this.#view.instancesById(namespace, id, caller), caller);
  }

  *allInstances(caller: Caller): Iterable<Instance> {
    for (const instance of this.#view.allInstances(caller)) if (sees(caller, instance.namespace, instance.service)) yield instance;
  }

  /** Of what may not be seen: the usual one, whatever was set. */
  panicRule(namespace: Namespace, service: ServiceName, caller: Caller): PanicRule & { readonly own: boolean } {
    return sees(caller, namespace, service) ? this.#view.panicRule(namespace, service, caller) : { ...usualPanicRule, own: false };
  }

  machines(namespace: Namespace, caller: Caller): readonly Machine[] {
    const all = this.#view.machines(namespace, caller);
    return seesAll(caller) ? all : all.filter((machine) => this.#seesMachine(machine, caller));
  }

  machine(ref: MachineRef, caller: Caller): Machine | undefined {
    return seesAll(caller) || this.#seesMachine(ref, caller) ? this.#view.machine(ref, caller) : undefined;
  }

  *allMachines(caller: Caller): Iterable<Machine> {
    for (const machine of this.#view.allMachines(caller)) if (seesAll(caller) || this.#seesMachine(machine, caller)) yield machine;
  }

  instancesOn(ref: MachineRef, caller: Caller): readonly Instance[] {
    return seen(this.#view.instancesOn(ref, caller), caller);
  }

  changesAfter(revision: number, caller: Caller, interest?: Interest): readonly ChangeBatch[] | null {
    const batches = this.#view.changesAfter(revision, caller, interest);
    if (batches === null || seesAll(caller)) return batches;
    return batches.flatMap((batch) => this.#seenOf(batch, caller) ?? []);
  }

  follow(listener: FeedListener, caller: Caller, interest?: Interest): () => void {
    if (seesAll(caller)) return this.#view.follow(listener, caller, interest);
    const changed = (batch: ChangeBatch): void => {
      const own = this.#seenOf(batch, caller);
      if (own !== null) listener.changed(own);
    };
    const stale = (sinceMs: number | null): void => listener.stale?.(sinceMs);
    return this.#view.follow({ changed, reset: () => listener.reset(), stale }, caller, interest);
  }

  /** `null` if nothing of it may be seen, and the very same batch if all of it may. */
  #seenOf(batch: ChangeBatch, caller: Caller): ChangeBatch | null {
    const services = batch.services.filter(({ namespace, service }) => sees(caller, namespace, service));
    const machines = batch.machines.filter(({ ref }) => this.#seesMachine(ref, caller));
    if (services.length === batch.services.length && machines.length === batch.machines.length) return batch;
    if (services.length + machines.length === 0) return null;
    return { revision: batch.revision, services, changes: services.flatMap(({ changes }) => changes), machines };
  }

  /** The machines of what one may see, or of a namespace that one may see whole. */
  #seesMachine(ref: MachineRef, caller: Caller): boolean {
    return caller.may.read.coversNamespace(ref.namespace) || this.instancesOn(ref, caller).length > 0;
  }
}

function seesAll({ may }: Caller): boolean {
  return may.read.isEverything;
}

function sees({ may }: Caller, namespace: Namespace, service: ServiceName): boolean {
  return may.read.covers(namespace, service);
}

function seen(instances: readonly Instance[], caller: Caller): readonly Instance[] {
  if (seesAll(caller)) return instances;
  return instances.filter(({ namespace, service }) => sees(caller, namespace, service));
}
