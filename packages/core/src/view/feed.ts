/** The catalog as a stream: what each revision changed of what people see. */
import type { Instance } from '../catalog/instance.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import { ServiceName, type Namespace } from '../catalog/names.js';
import type { InstanceRef } from '../catalog/registration.js';

/** `null` before an arrival, `null` after a departure, never both. */
export interface InstanceChange {
  readonly ref: InstanceRef;
  readonly previous: Instance | null;
  readonly current: Instance | null;
}

/** `null` before it came, `null` after it went, never both. */
export interface MachineChange {
  readonly ref: MachineRef;
  readonly previous: Machine | null;
  readonly current: Machine | null;
}

/** What one revision changed in one service. */
export interface ServiceChange {
  readonly namespace: Namespace;
  /** Folded: the same for every spelling. */
  readonly service: ServiceName;
  /** A service may begin or end to panic without any change of its instances. */
  readonly panic: { readonly before: boolean; readonly after: boolean };
  readonly changes: readonly InstanceChange[];
}

/** All that one revision changed, or what of that a follower is interested in. */
export interface ChangeBatch {
  readonly revision: number;
  /** Each service once, with all of its changes. */
  readonly services: readonly ServiceChange[];
  /** All changes of all those services: each instance once. */
  readonly changes: readonly InstanceChange[];
  /** Each machine once. What that did to its instances is told above. */
  readonly machines: readonly MachineChange[];
}

export interface FeedListener {
  /**
   * Called once per revision that changed an instance, in order, never concurrently, after the view shows
   * it. Must not throw and must not block: who is slow keeps its own backlog, and bounds it.
   */
  changed(batch: ChangeBatch): void;
  /** The view was read anew, and what happened in between is not known. What you know is worth nothing; look again. */
  reset(): void;
  /** The view cannot follow the log, since when (wall clock); `null` when it can again. Left out by whoever does not care. */
  stale?(sinceMs: number | null): void;
}

/** Changes of instances, sorted by their services. */
export function changeBatch(revision: number, changes: readonly InstanceChange[]): ChangeBatch {
  const services = new Map<string, ServiceChange & { readonly changes: InstanceChange[] }>();
  for (const change of changes) {
    const { namespace } = change.ref;
    const service = ServiceName.fold(change.ref.service);
    const key = `${namespace}/${service}`;
    const group = services.get(key) ?? { namespace, service, panic: { before: false, after: false }, changes: [] };
    services.set(key, group);
    group.changes.push(change);
  }
  return { revision, services: [...services.values()], changes, machines: [] };
}
