/** The catalog in memory: fed with plain batches, asked synchronously. Each thread that reads holds its own. */
import type { Caller, CatalogView, Interest, ServiceSummary } from '../face.js';
import type { CatalogSnapshot, ChangeBatch, FeedListener } from './feed.js';
import { idleGuard, type GuardState } from './guard-record.js';
import { isInRotation, type Instance } from './instance.js';
import { refText, serviceText } from './keys.js';
import type { Machine, MachineRef } from './machine.js';
import { ServiceName, type InstanceId, type Namespace } from './names.js';
import type { InstanceRef } from './registration.js';

/** Changes remembered for those who come back: minutes of ordinary churn, a few megabytes at most. */
const REMEMBERED_CHANGES_MAX = 8192;

type Instances = Map<string, Instance>;

export class Projection implements CatalogView {
  #epoch = '';
  #revision = 0;
  #complete = false;
  /** Every revision after this one is remembered. */
  #rememberedFrom = 0;
  #remembered: ChangeBatch[] = [];
  #rememberedChanges = 0;
  readonly #instances: Instances = new Map();
  readonly #byService = new Map<string, Instances>();
  readonly #byId = new Map<string, Instances>();
  readonly #listeners = new Set<FeedListener>();

  get epoch(): string {
    return this.#epoch;
  }

  get revision(): number {
    return this.#revision;
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Forgets everything and begins with this. Listeners of an earlier state are told to look again. */
  load(snapshot: CatalogSnapshot): void {
    for (const index of [this.#instances, this.#byService, this.#byId]) index.clear();
    this.#remembered = [];
    this.#rememberedChanges = 0;
    this.#rememberedFrom = snapshot.revision;
    this.#epoch = snapshot.epoch;
    this.#revision = snapshot.revision;
    for (const instance of snapshot.instances) this.#put(instance, instance);
    this.#complete = true;
    for (const listener of this.#listeners) listener.reset();
  }

  apply(batch: ChangeBatch): void {
    this.#revision = batch.revision;
    if (batch.changes.length === 0) return;
    for (const { ref, current } of batch.changes) this.#put(ref, current);
    this.#remember(batch);
    for (const listener of this.#listeners) listener.changed(batch);
  }

  get staleSinceMs(): number | null {
    return null;
  }

  get guard(): GuardState {
    return idleGuard;
  }

  namespaces(_caller: Caller): readonly Namespace[] {
    return [...new Set([...this.#instances.values()].map(({ namespace }) => namespace))].sort();
  }

  service(namespace: Namespace, service: ServiceName, caller: Caller): ServiceSummary | undefined {
    const found = this.instances(namespace, service, caller);
    return found.length === 0 ? undefined : summarize(found);
  }

  serviceRevision(_namespace: Namespace, _service: ServiceName, _caller: Caller): number {
    return this.#revision;
  }

  allInstances(_caller: Caller): Iterable<Instance> {
    return this.#instances.values();
  }

  machines(_namespace: Namespace, _caller: Caller): readonly Machine[] {
    return [];
  }

  machine(_ref: MachineRef, _caller: Caller): Machine | undefined {
    return undefined;
  }

  instancesOn({ namespace, name }: MachineRef, _caller: Caller): readonly Instance[] {
    return [...this.#instances.values()].filter((one) => one.namespace === namespace && one.machine === name);
  }

  snapshot(_caller: Caller): CatalogSnapshot {
    return { epoch: this.#epoch, revision: this.#revision, instances: [...this.#instances.values()] };
  }

  services(namespace: Namespace, _caller: Caller): readonly ServiceSummary[] {
    const keys = [...this.#byService.keys()].filter((key) => key.startsWith(`${namespace}/`)).sort();
    return keys.map((key) => summarize([...(this.#byService.get(key)?.values() ?? [])]));
  }

  instances(namespace: Namespace, service: ServiceName, _caller: Caller): readonly Instance[] {
    const found = this.#byService.get(serviceText(namespace, service));
    return found === undefined ? [] : [...found.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  instance(ref: InstanceRef, _caller: Caller): Instance | undefined {
    return this.#instances.get(refText(ref));
  }

  instancesById(namespace: Namespace, id: InstanceId, _caller: Caller): readonly Instance[] {
    return [...(this.#byId.get(idText(namespace, id))?.values() ?? [])];
  }

  changesAfter(revision: number, _caller: Caller, interest?: Interest): readonly ChangeBatch[] | null {
    if (revision < this.#rememberedFrom || revision > this.#revision) return null;
    return this.#remembered.filter((batch) => batch.revision > revision).flatMap((batch) => concerning(batch, interest) ?? []);
  }

  follow(listener: FeedListener, _caller: Caller, interest?: Interest): () => void {
    const told: FeedListener = {
      changed(batch) {
        const own = concerning(batch, interest);
        if (own !== null) listener.changed(own);
      },
      reset: () => listener.reset(),
    };
    this.#listeners.add(told);
    return () => void this.#listeners.delete(told);
  }

  #put(ref: InstanceRef, instance: Instance | null): void {
    const key = refText(ref);
    putInto(this.#byService, serviceText(ref.namespace, ref.service), key, instance);
    putInto(this.#byId, idText(ref.namespace, ref.id), key, instance);
    if (instance === null) this.#instances.delete(key);
    else this.#instances.set(key, instance);
  }

  #remember(batch: ChangeBatch): void {
    this.#remembered.push(batch);
    this.#rememberedChanges += batch.changes.length;
    if (this.#rememberedChanges <= REMEMBERED_CHANGES_MAX) return;
    // Half at once: what is forgotten one by one is moved in memory every time.
    const forgotten = this.#remembered.splice(0, Math.ceil(this.#remembered.length / 2));
    for (const { changes } of forgotten) this.#rememberedChanges -= changes.length;
    this.#rememberedFrom = forgotten.at(-1)?.revision ?? this.#rememberedFrom;
  }
}

function concerning(batch: ChangeBatch, interest: Interest | undefined): ChangeBatch | null {
  if (interest === undefined) return batch;
  const { namespace, services: names, prefix } = interest;
  const wanted = names && new Set(names.map((name) => ServiceName.fold(name)));
  const services = batch.services.filter(
    (one) =>
      one.namespace === namespace &&
      ((wanted === undefined && prefix === undefined) ||
        wanted?.has(one.service) === true ||
        (prefix !== undefined && one.service.startsWith(prefix.toLowerCase()))),
  );
  if (services.length === 0) return null;
  return { revision: batch.revision, services, changes: services.flatMap(({ changes }) => changes), machines: [] };
}

/** The oldest instance gives the name its spelling. Not called for a service without instances. */
export function spelling(instances: readonly Instance[]): ServiceName | undefined {
  let oldest = instances[0];
  for (const instance of instances) if (oldest === undefined || instance.createRevision < oldest.createRevision) oldest = instance;
  return oldest?.service;
}

function summarize(instances: readonly Instance[]): ServiceSummary {
  const service = spelling(instances) as ServiceName;
  return { service, instances: instances.length, inRotation: instances.filter(isInRotation).length, held: 0, panic: false };
}

function putInto(index: Map<string, Instances>, group: string, key: string, instance: Instance | null): void {
  const instances = index.get(group) ?? new Map<string, Instance>();
  if (instance === null) instances.delete(key);
  else instances.set(key, instance);
  if (instances.size === 0) index.delete(group);
  else index.set(group, instances);
}

function idText(namespace: Namespace, id: InstanceId): string {
  return `${namespace}/${id}`;
}
