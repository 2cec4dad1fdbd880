/**
 * What the view has no way to: ids and machines without regard to case, who has an address, and whether a name stands above
 * others. Kept beside the view by following it; whoever asks for services only never needs it.
 */
import {
  InstanceId,
  MachineName,
  ServiceName,
  type Caller,
  type CatalogView,
  type ChangeBatch,
  type Instance,
  type Machine,
  type Namespace,
} from '@rollcall/core';
import { addressBytes, hexOf } from './addresses.js';
import { foldText, machineHosts } from './map.js';
import { SuffixFilter } from './suffix-filter.js';

export type Kind = 'service' | 'instance' | 'machine';

export class NameIndex {
  readonly #view: CatalogView;
  readonly #caller: Caller;
  readonly #stop: () => void;
  #namespaces = new Map<Namespace, number>();
  #services = new Map<string, number>();
  /** Those that are not as they are folded. */
  #ids = new Map<string, Map<InstanceId, number>>();
  #machineNames = new Map<string, Set<MachineName>>();
  #instancesAt = new Map<number | string, Instance | Set<Instance>>();
  #machinesAt = new Map<number | string, Set<Machine>>();
  #machinesMoved = 0;
  #suffixes = new SuffixFilter();

  constructor(view: CatalogView, caller: Caller) {
    this.#view = view;
    this.#caller = caller;
    this.#stop = view.follow({ changed: (batch) => this.#take(batch), reset: () => this.#begin() }, caller);
    this.#begin();
  }

  close(): void {
    this.#stop();
  }

  /** How often machines have changed. */
  get machinesMoved(): number {
    return this.#machinesMoved;
  }

  hasNamespace(namespace: Namespace): boolean {
    return this.#namespaces.has(namespace);
  }

  /** Every spelling that somebody may have. */
  idsOf(namespace: Namespace, folded: string): readonly InstanceId[] {
    const plain = InstanceId.parse(folded);
    return [...(plain === undefined ? [] : [plain]), ...(this.#ids.get(`${namespace}/${folded}`)?.keys() ?? [])];
  }

  machinesOf(namespace: Namespace, folded: string): readonly MachineName[] {
    const plain = MachineName.parse(folded);
    return [...(plain === undefined ? [] : [plain]), ...(this.#machineNames.get(`${namespace}/${folded}`) ?? [])];
  }

  instancesAt(address: Uint8Array): Iterable<Instance> {
    const found = this.#instancesAt.get(addressKey(address));
    return found === undefined ? [] : found instanceof Set ? found : [found];
  }

  machinesAt(address: Uint8Array): Iterable<Machine> {
    return this.#machinesAt.get(addressKey(address)) ?? [];
  }

  /** Whether there is a name with something and a dot before this one. It may say so wrongly, but never that there is none. */
  isAbove(kind: Kind, namespace: Namespace, folded: string): boolean {
    return this.#suffixes.has(`${kind}/${namespace}`, folded);
  }

  #begin(): void {
    this.#machinesMoved++;
    this.#namespaces = new Map();
    this.#services = new Map();
    this.#ids = new Map();
    this.#machineNames = new Map();
    this.#instancesAt = new Map();
    this.#machinesAt = new Map();
    this.#suffixes = new SuffixFilter();
    for (const instance of this.#view.allInstances(this.#caller)) this.#instance(instance, 1);
    for (const machine of this.#view.allMachines(this.#caller)) this.#machine(machine, 1);
  }

  #take({ changes, machines }: ChangeBatch): void {
    for (const { previous, current } of changes) {
      // Nearly always only its health has changed, of which nothing is kept here.
      if (previous !== null && current !== null && previous.host === current.host) {
        this.#replace(previous, current);
        continue;
      }
      if (previous !== null) this.#instance(previous, -1);
      if (current !== null) this.#instance(current, 1);
    }
    if (machines.length > 0) this.#machinesMoved++;
    for (const { previous, current } of machines) {
      if (previous !== null) this.#machine(previous, -1);
      if (current !== null) this.#machine(current, 1);
    }
  }

  #instance(instance: Instance, by: 1 | -1): void {
    const { namespace, id, host } = instance;
    const folded = foldText(id);
    const service = ServiceName.fold(instance.service);
    count(this.#namespaces, namespace, by);
    if (count(this.#services, `${namespace}/${service}`, by)) this.#suffixes.take(`service/${namespace}`, service, by);
    if (folded !== id) spelled(this.#ids, `${namespace}/${folded}`, id, by);
    this.#suffixes.take(`instance/${namespace}`, folded, by);
    const address = host === null ? null : addressBytes(host);
    if (address !== null) oneOrMore(this.#instancesAt, addressKey(address), instance, by);
  }

  #replace(previous: Instance, current: Instance): void {
    const address = current.host === null ? null : addressBytes(current.host);
    if (address === null) return;
    const key = addressKey(address);
    oneOrMore(this.#instancesAt, key, previous, -1);
    oneOrMore(this.#instancesAt, key, current, 1);
  }

  #machine(machine: Machine, by: 1 | -1): void {
    const { namespace, name } = machine;
    const folded = foldText(name);
    if (folded !== name) member(this.#machineNames, `${namespace}/${folded}`, name, by);
    this.#suffixes.take(`machine/${namespace}`, folded, by);
    for (const host of machineHosts(machine)) {
      const address = addressBytes(host);
      if (address !== null) member(this.#machinesAt, addressKey(address), machine, by);
    }
  }
}

/** Numbers where that is possible: there may be a million of them. */
function addressKey(address: Uint8Array): number | string {
  if (address.length > 4) return hexOf(address);
  return ((address[0] as number) << 24) | ((address[1] as number) << 16) | ((address[2] as number) << 8) | (address[3] as number);
}

/** Answers whether the first one came or the last one went. */
function count<Key>(counts: Map<Key, number>, key: Key, by: 1 | -1): boolean {
  const now = (counts.get(key) ?? 0) + by;
  if (now === 0) counts.delete(key);
  else counts.set(key, now);
  return now === 0 || (now === 1 && by === 1);
}

/** An id may be used in several services. */
function spelled(table: Map<string, Map<InstanceId, number>>, key: string, id: InstanceId, by: 1 | -1): void {
  const known = table.get(key) ?? new Map<InstanceId, number>();
  count(known, id, by);
  if (known.size === 0) table.delete(key);
  else table.set(key, known);
}

function member<Key, Member>(sets: Map<Key, Set<Member>>, key: Key, one: Member, by: 1 | -1): void {
  const known = sets.get(key);
  if (by === 1) {
    if (known === undefined) sets.set(key, new Set([one]));
    else known.add(one);
  } else if (known?.delete(one) === true && known.size === 0) sets.delete(key);
}

/** Nearly every address is one instance's: only those that are not need a set. */
function oneOrMore(table: Map<number | string, Instance | Set<Instance>>, key: number | string, one: Instance, by: 1 | -1): void {
  const known = table.get(key);
  if (known instanceof Set) {
    if (by === 1) known.add(one);
    else if (known.delete(one) && known.size === 0) table.delete(key);
  } else if (by === -1) {
    if (known === one) table.delete(key);
  } else table.set(key, known === undefined ? one : new Set([known, one]));
}
