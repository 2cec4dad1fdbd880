/**
 * What the log says, record by record, and the instances and machines that follow from it. Registrations, verdicts and
 * intents arrive apart and in any order; only a registration makes an instance. What an instance already shows is not
 * kept a second time.
 */
import type { ServiceRef } from '../face.js';
import type { Bytes } from '../ports/store.js';
import { fromText, toText } from '../store/bytes.js';
import type { EncodedRecord } from '../records/encoded.js';
import type { InstanceChange, MachineChange } from './feed.js';
import { decodeGuardRecord, idleGuard, type GuardState } from '../records/guard-record.js';
import { bornCircumstances, instanceOf, type Instance, type Registered } from '../catalog/instance.js';
import { InstanceTable } from './instance-table.js';
import { decodeIntentRecord, type IntentRecord } from '../records/intent-record.js';
import { IntentTable, type HealthPart } from './intent-table.js';
import {
  instanceKinds,
  isKeyOf,
  isRegistrationKey,
  keyName,
  parseKeyText,
  recordKeyStart,
  refText,
  refTextIn,
  serviceText,
  type RecordKind,
} from '../records/keys.js';
import { takeWrittenUnder, type KeyedWritten } from '../records/just-written.js';
import type { KnownRecords } from './known-records.js';
import type { Machine } from '../catalog/machine.js';
import { MachineTable } from './machine-table.js';
import { decodeNamingRecord, noNaming, type NamingState } from '../naming/naming-record.js';
import { ServiceName, type Namespace } from '../catalog/names.js';
import type { PanicRule } from '../catalog/panic-rule.js';
import { decodeHealthRecord } from '../records/records.js';
import type { InstanceRef } from '../catalog/registration.js';
import { RegistrationReader, type PresentRecord } from '../records/registration-reader.js';
import type { ServiceEntry } from './service-entry.js';
import { decodeServiceRecord } from '../records/service-record.js';

/** All that some records changed. */
export interface StateChange {
  /** Each instance once. */
  readonly instances: readonly InstanceChange[];
  readonly machines: readonly MachineChange[];
  /** Services for which something was settled anew, as `serviceText` writes them. */
  readonly settled: ReadonlyMap<string, ServiceRef>;
  /** Whether the guard began or ceased to hold. */
  readonly guardTurned: boolean;
}

/** An instance whose records are being read: what is known of it, apart. */
interface Slot {
  readonly ref: InstanceRef;
  readonly previous: Instance | null;
  registered: Registered | null;
  /** What was read of it now, if that is what is registered. */
  born: Instance | null;
  health: HealthPart | null;
  intent: IntentRecord | null;
  intentRevision: number;
}

/** Neighbours of one service, as one of them spells it. */
interface Group {
  readonly namespace: Namespace;
  readonly service: ServiceName;
  /** How the keys of their registrations begin. */
  readonly keyStart: Bytes;
  entry: ServiceEntry | null;
}

const none: readonly never[] = [];

export class RecordState {
  readonly instances: InstanceTable = new InstanceTable();
  readonly machines: MachineTable = new MachineTable();
  readonly intents: IntentTable = new IntentTable();
  /** By `serviceText`. */
  readonly panicRules: Map<string, PanicRule> = new Map<string, PanicRule>();
  /** Keys whose records nobody here can read: skipped, counted and listed. */
  readonly undecodable: Set<string> = new Set<string>();
  /** Instances whose registrations hold more than this program understands, by `refText`: true, but not the whole truth. */
  readonly #strange = new Set<string>();
  guard: GuardState = idleGuard;
  naming: NamingState = noNaming;
  /** Where the log stood when this began: nothing is known of what was before. */
  readonly #since: number;
  readonly #reader = new RegistrationReader();
  readonly #touched = new Map<string, Slot>();
  #settled = new Map<string, ServiceRef>();

  constructor(since: number) {
    this.#since = since;
  }

  /** Takes in records of a reading from scratch: registrations of whom nothing else is known go the quick way. */
  load(records: readonly EncodedRecord[]): void {
    const isQuick = (record: EncodedRecord): record is PresentRecord =>
      record.value !== null && this.intents.size === 0 && isRegistrationKey(record.key);
    const others = records.every(isQuick) ? none : records.filter((record) => !isQuick(record));
    this.#loadRegistrations(others === none ? (records as readonly PresentRecord[]) : records.filter(isQuick));
    if (others.length + this.#touched.size > 0) this.take(others);
  }

  /** Takes in what one revision did. */
  take(records: readonly EncodedRecord[]): StateChange {
    const heldBefore = this.guard.holding;
    for (const record of records) this.#takeOne(record);
    const machines = this.machines.settle();
    for (const change of machines) this.#touchThoseOn(change);
    const instances: InstanceChange[] = [];
    for (const [text, slot] of this.#touched) {
      const change = this.#settle(text, slot);
      if (change !== null) instances.push(change);
    }
    const settled = this.#settled;
    this.#touched.clear();
    if (settled.size > 0) this.#settled = new Map();
    return { instances, machines, settled, guardTurned: heldBefore !== this.guard.holding };
  }

  /** `null` where it cannot be told what the records hold. */
  known(ref: InstanceRef, text: string, viewRevision: number): KnownRecords | null {
    if ((this.#strange.size > 0 && this.#strange.has(text)) || this.#isUndecodable(text)) return null;
    const instance = this.instances.get(ref) ?? null;
    const aside = this.intents.get(text);
    return {
      viewRevision,
      registered: aside?.registered ?? instance,
      health: instance === null ? (aside?.health ?? null) : healthPartOf(instance),
      intent: aside?.intent ?? null,
      intentRevision: aside?.intentRevision ?? 0,
    };
  }

  #isUndecodable(text: string): boolean {
    return this.undecodable.size > 0 && instanceKinds.some((kind) => this.undecodable.has(`${kind}/${text}`));
  }

  #loadRegistrations(records: readonly PresentRecord[]): void {
    const read = this.#reader.read(records);
    let group = null as Group | null;
    for (let at = 0; at < records.length; at++) {
      const [record, one] = [records[at] as PresentRecord, read[at] ?? null];
      if (one !== null && (group?.service !== one.service || group.namespace !== one.namespace))
        group = {
          namespace: one.namespace,
          service: one.service,
          keyStart: fromText(recordKeyStart('instances', one.namespace, one.service)),
          entry: null,
        };
      if (one === null || group === null || !this.#loadOne(record, one, group)) this.#takeOne(record);
    }
  }

  /** `false` where more has to be known: it may not belong where it stands, or show more than it says. */
  #loadOne({ key }: PresentRecord, one: Instance, group: Group): boolean {
    if (!isKeyOf(key, group.keyStart, one.id)) return false;
    if (this.#touched.size > 0 && this.#touched.has(refText(one))) return false;
    group.entry ??= this.instances.entryFor(one.namespace, one.service, this.#since);
    const known = this.#withMachine(bornCircumstances, one);
    return this.instances.putNew(group.entry, known === bornCircumstances ? one : instanceOf(one, known));
  }

  #takeOne(record: EncodedRecord): void {
    const written = record.value === null ? undefined : takeWrittenUnder(record.key, record.value);
    if (written !== undefined) return this.#takeWritten(written, record);
    const text = toText(record.key);
    const key = parseKeyText(text);
    if (key === null) return;
    if ('ref' in key) this.#mark(text, this.#takeOfInstance(key.kind, key.ref, refTextIn(text, key.kind), record));
    else if ('machine' in key) this.#mark(text, this.machines.take(key.kind, key.machine, record));
    else if ('service' in key) this.#mark(text, this.#takeOfService(key.service, record));
    else if (key.kind === 'guard') this.#mark(text, this.#takeGuard(record));
    else this.#mark(text, this.#takeNaming(record));
  }

  /** What was written here a moment ago is known already, and so is of whom it is. */
  #takeWritten({ record: read, keys: { name } }: KeyedWritten, record: EncodedRecord): void {
    const slot = this.#open(read, name);
    slot.registered = slot.born = this.#reader.bornOf(record, read);
    if (this.#strange.size > 0) this.#strange.delete(name);
    if (this.undecodable.size > 0) this.undecodable.delete(`instances/${name}`);
  }

  /** `false` if it cannot be read. */
  #takeOfInstance(kind: RecordKind, ref: InstanceRef, text: string, record: EncodedRecord): boolean {
    const slot = this.#open(ref, text);
    const { value, revision } = record;
    if (kind === 'instances') {
      const read = value === null ? null : this.#reader.readOne(record as PresentRecord);
      slot.registered = slot.born = read !== null && isSameRef(read.born, ref) ? read.born : null;
      if (read?.isWhole === false) this.#strange.add(text);
      else if (this.#strange.size > 0) this.#strange.delete(text);
      return slot.registered !== null || value === null;
    }
    if (kind === 'health') {
      const found = value && decodeHealthRecord(value);
      slot.health = found && { verdicts: found.verdicts, healthRevision: revision, held: found.heldSinceMs !== null };
      return found !== null || value === null;
    }
    slot.intent = value && decodeIntentRecord(value);
    slot.intentRevision = slot.intent === null ? 0 : revision;
    return slot.intent !== null || value === null;
  }

  #takeOfService(ref: ServiceRef, { value }: EncodedRecord): boolean {
    const text = serviceText(ref.namespace, ref.service);
    const record = value && decodeServiceRecord(value);
    const rule = record?.panic ?? null;
    if (rule === null) this.panicRules.delete(text);
    else this.panicRules.set(text, rule);
    this.#settled.set(text, ref);
    return record !== null || value === null;
  }

  #takeGuard({ value }: EncodedRecord): boolean {
    const state = value && decodeGuardRecord(value);
    this.guard = state ?? idleGuard;
    return state !== null || value === null;
  }

  #takeNaming({ value }: EncodedRecord): boolean {
    const state = value && decodeNamingRecord(value);
    this.naming = state ?? noNaming;
    return state !== null || value === null;
  }

  #open(ref: InstanceRef, text: string): Slot {
    const open = this.#touched.get(text);
    if (open !== undefined) return open;
    const previous = this.instances.get(ref) ?? null;
    const aside = this.intents.get(text);
    const slot: Slot = {
      ref,
      previous,
      registered: aside?.registered ?? previous,
      born: null,
      health: previous === null ? (aside?.health ?? null) : healthPartOf(previous),
      intent: aside?.intent ?? null,
      intentRevision: aside?.intentRevision ?? 0,
    };
    this.#touched.set(text, slot);
    return slot;
  }

  #settle(text: string, { ref, previous, registered, born, health, intent, intentRevision }: Slot): InstanceChange | null {
    const waiting = registered === null ? health : null;
    const isUnreadable = registered === null && this.undecodable.has(`instances/${text}`);
    const isAside = intent !== null || waiting !== null;
    this.intents.set(text, isAside ? { ref, registered, isUnreadable, health: waiting, intent, intentRevision } : null);
    if (registered === null) {
      if (previous === null) return null;
      this.instances.remove(previous);
      return { ref: previous, previous, current: null };
    }
    const known = health === null && intent === null ? bornCircumstances : { ...bornCircumstances, ...health, intent, intentRevision };
    const circumstances = this.#withMachine(known, registered);
    const current = born !== null && circumstances === bornCircumstances ? born : instanceOf(registered, circumstances);
    this.instances.put(this.instances.entryFor(current.namespace, current.service, this.#since), current, previous);
    return { ref: current, previous, current };
  }

  /** What a machine is counts for all of its instances. */
  #touchThoseOn({ ref, previous, current }: MachineChange): void {
    if (effectOf(previous) === effectOf(current)) return;
    for (const instance of this.instances.on(ref)) this.#open(instance, refText(instance));
  }

  #withMachine<Known extends object>(known: Known, { namespace, machine }: Pick<Registered, 'namespace' | 'machine'>): Known {
    const found = machine === null ? null : this.machines.get({ namespace, name: machine });
    return found === null ? known : { ...known, machine: found };
  }

  #mark(text: string, readable: boolean): void {
    if (!readable) this.undecodable.add(keyName(text));
    else if (this.undecodable.size > 0) this.undecodable.delete(keyName(text));
  }
}

/** `ref` has the folded name. */
function isSameRef(one: InstanceRef, ref: InstanceRef): boolean {
  return one.id === ref.id && one.namespace === ref.namespace && ServiceName.fold(one.service) === ref.service;
}

function healthPartOf({ verdicts, healthRevision, held }: Instance): HealthPart | null {
  return healthRevision === 0 ? null : { verdicts, healthRevision, held };
}

/** A machine that is not here harms nobody. */
function effectOf(machine: Machine | null): string {
  return machine === null ? 'passing in' : `${machine.health} ${machine.mode}`;
}
