/**
 * The catalog in memory: fed with encoded batches, asked synchronously. Each thread that reads holds its own, made
 * of the same bytes.
 */
import type { Caller, CatalogView, Interest, ServiceRef, ServiceSummary } from '../face.js';
import type { EncodedBatch, EncodedRecord, EncodedSink } from '../records/encoded.js';
import type { ChangeBatch, FeedListener, InstanceChange, ServiceChange } from './feed.js';
import { Followers } from './followers.js';
import type { GuardState } from '../records/guard-record.js';
import type { Instance } from '../catalog/instance.js';
import type { Term } from './intent-table.js';
import { wishedOf, wishOf } from './interests.js';
import { serviceText } from '../records/keys.js';
import type { Knowing, KnownRecords } from './known-records.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import type { Removal } from './machine-table.js';
import { ServiceName, type InstanceId, type Namespace } from '../catalog/names.js';
import { usualPanicRule, type PanicRule } from '../catalog/panic-rule.js';
import type { NamingState } from '../naming/naming-record.js';
import { pagesOf, RecordDump } from '../records/record-dump.js';
import { RecentChanges } from './recent-changes.js';
import { RecordState, type StateChange } from './record-state.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { ServiceEntry } from './service-entry.js';
import { ServiceRevisions } from './service-revisions.js';

export interface ProjectionOptions {
  /** For services that have none of their own. */
  readonly panicRule?: PanicRule;
}

export class Projection implements CatalogView, EncodedSink, Knowing {
  readonly #panicRule: PanicRule;
  readonly #followers = new Followers();
  #epoch = '';
  #revision = 0;
  #complete = false;
  #staleSinceMs: number | null = null;
  #state = new RecordState(0);
  #revisions = new ServiceRevisions(0);
  #recent = new RecentChanges(0);
  /** The services that panic, as `serviceText` writes them. */
  #panicking = new Set<string>();
  /** What is being read anew, and is not shown yet. */
  #loading: { readonly epoch: string; readonly revision: number; readonly state: RecordState } | null = null;

  #dump: RecordDump | null = null;

  constructor({ panicRule = usualPanicRule }: ProjectionOptions = {}) {
    this.#panicRule = panicRule;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get revision(): number {
    return this.#revision;
  }

  get complete(): boolean {
    return this.#complete;
  }

  get staleSinceMs(): number | null {
    return this.#staleSinceMs;
  }

  get guard(): GuardState {
    return this.#state.guard;
  }

  /** Whether instances are shown as keys of etcd's naming layout. */
  get naming(): NamingState {
    return this.#state.naming;
  }

  /** Keys whose records cannot be read. */
  get undecodable(): ReadonlySet<string> {
    return this.#state.undecodable;
  }

  /** What was said from outside and ends by itself; the version moves whenever that changes. */
  get terms(): { readonly version: number; readonly all: Iterable<Term> } {
    return { version: this.#state.intents.termsVersion, all: this.#state.intents.terms() };
  }

  /** Removals of machines that have begun. */
  get removals(): readonly Removal[] {
    return this.#state.machines.removals();
  }

  shows(ref: InstanceRef): boolean {
    return this.#state.instances.get(ref) !== undefined;
  }

  /** Nothing while the log is not followed: what is shown then may be of long ago. */
  known(ref: InstanceRef, name: string): KnownRecords | null {
    if (!this.#complete || this.#staleSinceMs !== null) return null;
    return this.#state.known(ref, name, this.#revision);
  }

  begin({ epoch, revision }: { readonly epoch: string; readonly revision: number }): void {
    this.#loading = { epoch, revision, state: new RecordState(revision) };
  }

  page(records: readonly EncodedRecord[]): void {
    this.#loading?.state.load(records);
  }

  finish(): void {
    if (this.#loading === null) return;
    const { epoch, revision, state } = this.#loading;
    this.#loading = null;
    this.#dump?.cancel();
    this.#epoch = epoch;
    this.#revision = revision;
    this.#state = state;
    this.#revisions = new ServiceRevisions(revision);
    this.#recent = new RecentChanges(revision);
    this.#panicking = new Set();
    for (const entry of state.instances.allServices()) this.#judge(entry, serviceText(entry.namespace, entry.name));
    this.#complete = true;
    this.#followers.reset();
  }

  apply({ revision, records }: EncodedBatch): void {
    this.#revision = revision;
    if (this.#dump?.isVoid === false) this.#dump.take({ revision, records });
    const change = this.#state.take(records);
    const services = this.#serviceChanges(change, revision);
    if (services.length + change.machines.length === 0) return;
    const batch: ChangeBatch = { revision, services, changes: change.instances, machines: change.machines };
    this.#recent.add(batch);
    this.#followers.tell(batch);
  }

  stale(sinceMs: number | null): void {
    if (this.#staleSinceMs === sinceMs) return;
    this.#staleSinceMs = sinceMs;
    this.#followers.stale(sinceMs);
  }

  /** All that is shown, as records. One at a time: the one before is cancelled. */
  dump(): RecordDump {
    this.#dump?.cancel();
    this.#dump = new RecordDump(this.#state);
    return this.#dump;
  }

  /** All that is shown, to be laid under what the log brings from now on: see `pagesOf`. */
  pages(): Generator<readonly EncodedRecord[], undefined> {
    return pagesOf(this.#state);
  }

  namespaces(_caller: Caller): readonly Namespace[] {
    return this.#state.instances.namespaces();
  }

  services(namespace: Namespace, _caller: Caller): readonly ServiceSummary[] {
    return this.#state.instances.services(namespace).map((entry) => entry.summary());
  }

  service(namespace: Namespace, service: ServiceName, _caller: Caller): ServiceSummary | undefined {
    return this.#state.instances.service(namespace, service)?.summary();
  }

  serviceRevision(namespace: Namespace, service: ServiceName, _caller: Caller): number {
    const entry = this.#state.instances.service(namespace, service);
    return entry?.revision ?? this.#revisions.of(serviceText(namespace, service));
  }

  instances(namespace: Namespace, service: ServiceName, _caller: Caller): readonly Instance[] {
    return this.#state.instances.service(namespace, service)?.sorted() ?? [];
  }

  instance(ref: InstanceRef, _caller: Caller): Instance | undefined {
    return this.#state.instances.get(ref);
  }

  instancesById(namespace: Namespace, id: InstanceId, _caller: Caller): readonly Instance[] {
    return this.#state.instances.withId(namespace, id);
  }

  allInstances(_caller: Caller): Iterable<Instance> {
    return this.#state.instances.all();
  }

  panicRule(namespace: Namespace, service: ServiceName, _caller: Caller): PanicRule & { readonly own: boolean } {
    const own = this.#state.panicRules.get(serviceText(namespace, service));
    return { ...(own ?? this.#panicRule), own: own !== undefined };
  }

  machines(namespace: Namespace, _caller: Caller): readonly Machine[] {
    return this.#state.machines.all(namespace);
  }

  machine(ref: MachineRef, _caller: Caller): Machine | undefined {
    return this.#state.machines.get(ref) ?? undefined;
  }

  allMachines(_caller: Caller): Iterable<Machine> {
    return this.#state.machines.everywhere();
  }

  instancesOn(ref: MachineRef, _caller: Caller): readonly Instance[] {
    return this.#state.instances.on(ref);
  }

  changesAfter(revision: number, _caller: Caller, interest?: Interest): readonly ChangeBatch[] | null {
    const batches = revision > this.#revision ? null : this.#recent.after(revision);
    if (batches === null || interest === undefined) return batches;
    const wish = wishOf(interest);
    return batches.flatMap((batch) => wishedOf(batch, wish) ?? []);
  }

  follow(listener: FeedListener, _caller: Caller, interest?: Interest): () => void {
    return this.#followers.follow(listener, interest, this.#revision);
  }

  /** Groups the changes by their services, and takes note of each one's revision and panic. */
  #serviceChanges({ instances, settled, guardTurned }: StateChange, revision: number): readonly ServiceChange[] {
    const changed = byServices(instances);
    const services: ServiceChange[] = [];
    for (const [text, changes] of changed) services.push(this.#serviceChange(text, (changes[0] as InstanceChange).ref, changes, revision));
    for (const [text, ref] of this.#doubtful(settled, guardTurned)) {
      const change = changed.has(text) ? null : this.#serviceChange(text, ref, [], revision);
      if (change !== null && isChange(change)) services.push(change);
    }
    return services;
  }

  /** Services that may begin or end to panic though none of their instances changed. */
  #doubtful(settled: StateChange['settled'], guardTurned: boolean): ReadonlyMap<string, ServiceRef> {
    if (!guardTurned) return settled;
    const all = new Map(settled);
    for (const { namespace, name: service, held } of this.#state.instances.allServices()) {
      // The guard matters to those alone who have somebody held.
      if (held > 0) all.set(serviceText(namespace, service), { namespace, service });
    }
    return all;
  }

  #serviceChange(text: string, { namespace, service }: ServiceRef, changes: readonly InstanceChange[], revision: number): ServiceChange {
    const entry = this.#state.instances.service(namespace, service);
    const before = this.#panicking.delete(text);
    const after = entry !== undefined && this.#judge(entry, text);
    const change = { namespace, service: ServiceName.fold(service), panic: { before, after }, changes };
    if (!isChange(change)) return change;
    if (entry === undefined) this.#revisions.hold(text, revision);
    else {
      entry.revision = revision;
      this.#revisions.release(text);
    }
    return change;
  }

  #judge(entry: ServiceEntry, text: string): boolean {
    const rule = this.#state.panicRules.get(text) ?? this.#panicRule;
    entry.judge(rule, this.#state.guard.holding);
    if (entry.panic) this.#panicking.add(text);
    return entry.panic;
  }
}

/** By what `serviceText` writes. Neighbours are mostly of one service, and then it is written once for all of them. */
function byServices(changes: readonly InstanceChange[]): ReadonlyMap<string, readonly InstanceChange[]> {
  const groups = new Map<string, InstanceChange[]>();
  let latest: InstanceRef | null = null;
  let text = '';
  let group: InstanceChange[] | undefined;
  for (const change of changes) {
    const { ref } = change;
    if (latest === null || ref.service !== latest.service || ref.namespace !== latest.namespace) {
      text = serviceText(ref.namespace, ref.service);
      group = groups.get(text);
      latest = ref;
    }
    if (group === undefined) groups.set(text, (group = [change]));
    else group.push(change);
  }
  return groups;
}

function isChange({ panic, changes }: ServiceChange): boolean {
  return changes.length > 0 || panic.before !== panic.after;
}
