/**
 * All instances, and the ways to find them: by service and id, by id alone, by machine. There may be a million of them,
 * so each way costs one place in one map, and nothing is kept that another map already says.
 */
import type { Instance } from '../catalog/instance.js';
import type { MachineRef } from '../catalog/machine.js';
import { ServiceName, type InstanceId, type MachineName, type Namespace } from '../catalog/names.js';
import { WideMap } from '../wide-map.js';
import type { InstanceRef } from '../catalog/registration.js';
import { Residents } from './residents.js';
import { ServiceEntry } from './service-entry.js';

/** What is in one namespace. */
class Room {
  readonly services = new Map<ServiceName, ServiceEntry>();
  /** Nearly every id is used once: only those that are not need a set. */
  readonly ids = new WideMap<InstanceId, Instance | Set<Instance>>(idOf);
  readonly machines = new Map<MachineName, Residents>();
  /** The folded names of the services, in order; made when asked for. */
  sortedNames: readonly ServiceName[] | null = null;
}

const nobody: readonly Instance[] = Object.freeze([]);

export class InstanceTable {
  readonly #rooms = new Map<Namespace, Room>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  namespaces(): readonly Namespace[] {
    return [...this.#rooms.keys()].sort();
  }

  /** Of a namespace, in the order of their folded names. */
  services(namespace: Namespace): readonly ServiceEntry[] {
    const room = this.#rooms.get(namespace);
    if (room === undefined) return [];
    room.sortedNames ??= [...room.services.keys()].sort();
    return room.sortedNames.flatMap((name) => room.services.get(name) ?? []);
  }

  *allServices(): Iterable<ServiceEntry> {
    for (const room of this.#rooms.values()) yield* room.services.values();
  }

  *all(): Iterable<Instance> {
    for (const room of this.#rooms.values()) for (const service of room.services.values()) yield* service.all();
  }

  service(namespace: Namespace, service: ServiceName): ServiceEntry | undefined {
    return this.#rooms.get(namespace)?.services.get(ServiceName.fold(service));
  }

  get({ namespace, service, id }: InstanceRef): Instance | undefined {
    return this.service(namespace, service)?.get(id);
  }

  withId(namespace: Namespace, id: InstanceId): readonly Instance[] {
    const found = this.#rooms.get(namespace)?.ids.get(id);
    if (found === undefined) return nobody;
    return found instanceof Set ? [...found] : [found];
  }

  on({ namespace, name }: MachineRef): readonly Instance[] {
    return this.#rooms.get(namespace)?.machines.get(name)?.all() ?? nobody;
  }

  /** The service's entry for a registration that is about to be put; `revision` is that of a new one. */
  entryFor(namespace: Namespace, service: ServiceName, revision: number): ServiceEntry {
    let room = this.#rooms.get(namespace);
    if (room === undefined) this.#rooms.set(namespace, (room = new Room()));
    const name = ServiceName.fold(service);
    let entry = room.services.get(name);
    if (entry === undefined) {
      room.services.set(name, (entry = new ServiceEntry(namespace, name, revision)));
      room.sortedNames = null;
    }
    return entry;
  }

  put(entry: ServiceEntry, instance: Instance, previous: Instance | null): void {
    const room = this.#rooms.get(entry.namespace) as Room;
    entry.put(instance, previous);
    if (previous === null) this.#size++;
    takeId(room, instance, previous);
    takeMachine(room, instance, previous);
  }

  /** The same of somebody who is probably new: answers false, and does nothing, where the service has one of this id. */
  putNew(entry: ServiceEntry, instance: Instance): boolean {
    const room = this.#rooms.get(entry.namespace) as Room;
    // An id that nobody has is none of the service's.
    if (room.ids.add(instance.id, instance) !== undefined) {
      if (entry.get(instance.id) !== undefined) return false;
      takeId(room, instance, null);
    }
    entry.put(instance, null);
    this.#size++;
    takeMachine(room, instance, null);
    return true;
  }

  /** Answers the entry; it is out of the table if it is empty now. */
  remove(previous: Instance): ServiceEntry {
    const room = this.#rooms.get(previous.namespace) as Room;
    const entry = room.services.get(ServiceName.fold(previous.service)) as ServiceEntry;
    entry.remove(previous);
    this.#size--;
    leaveMachine(room, previous);
    leaveId(room, previous);
    if (entry.size > 0) return entry;
    room.services.delete(entry.name);
    room.sortedNames = null;
    if (room.services.size === 0) this.#rooms.delete(previous.namespace);
    return entry;
  }
}

function takeMachine(room: Room, instance: Instance, previous: Instance | null): void {
  const { machine } = instance;
  const there = machine === null ? undefined : room.machines.get(machine);
  if (previous !== null && previous.machine === machine) return there?.replace(previous, instance);
  if (previous !== null) leaveMachine(room, previous);
  if (there !== undefined) there.add(instance);
  else if (machine !== null) room.machines.set(machine, new Residents(instance));
}

function leaveMachine(room: Room, previous: Instance): void {
  if (previous.machine === null) return;
  const there = room.machines.get(previous.machine);
  there?.remove(previous);
  if (there?.size === 0) room.machines.delete(previous.machine);
}

function takeId({ ids }: Room, instance: Instance, previous: Instance | null): void {
  const known = ids.add(instance.id, instance);
  if (known === undefined) return;
  if (known === previous) ids.set(instance.id, instance);
  else if (known instanceof Set) {
    if (previous !== null) known.delete(previous);
    known.add(instance);
  } else ids.set(instance.id, new Set([known, instance]));
}

function leaveId({ ids }: Room, previous: Instance): void {
  const known = ids.get(previous.id);
  if (known === previous) ids.delete(previous.id);
  if (!(known instanceof Set)) return;
  known.delete(previous);
  const [one, another] = known;
  if (one !== undefined && another === undefined) ids.set(previous.id, one);
}

function idOf(one: Instance | Set<Instance>): InstanceId {
  return one instanceof Set ? (one.values().next().value as Instance).id : one.id;
}
