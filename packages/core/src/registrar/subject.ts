/** What a write is about: the keys that it reads and that nobody else may change meanwhile, and what they say. */
import { RollcallError } from '../errors.js';
import { decodeIntentRecord, type IntentRecord } from '../records/intent-record.js';
import { instanceKeys, machineKey, machineKinds, machineText, serviceKey, serviceText, type InstanceKeys } from '../records/keys.js';
import type { MachineRef } from '../catalog/machine.js';
import { decodeMachineRecord, decodeRemovalRecord, type MachineRecord } from '../records/machine-record.js';
import type { Knowing, KnownRecords } from '../view/known-records.js';
import { decodeHealthRecord, decodeInstanceRecord, incarnationIn, type HealthRecord, type InstanceRecord } from '../records/records.js';
import type { Unknown } from '../records/record-codec.js';
import type { Verdicts } from '../catalog/health.js';
import type { InstanceRef } from '../catalog/registration.js';
import { decodeServiceRecord, type ServiceRecord } from '../records/service-record.js';
import type { ServiceRef } from '../face.js';
import type { Bytes, Entry } from '../ports/store.js';
import { singleKey, type SingleKey } from '../store/key-range.js';

export interface Subject<Stored> {
  /** The same for all that write about the same. */
  readonly name: string;
  readonly keys: readonly SingleKey[];
  /** `entries` in the order of the keys. */
  read(logRevision: number, entries: Entries): Stored;
  /** What can be said of it without asking the log; `null` if nothing can. Left out: never anything. */
  recall?(): Recalled<Stored> | null;
  /** What to say when others were faster again and again. */
  overtaken(): RollcallError;
}

/** What the log said when it was last heard. It may have changed: true only if these revisions still are the keys' own. */
interface Recalled<Stored> {
  readonly stored: Stored;
  /** In the order of the keys; 0 for one that does not exist. */
  readonly revisions: readonly number[];
}

export type Entries = readonly (Entry | undefined)[];

/** A record that cannot be read counts as none; writing replaces it. */
export interface Found<Record> {
  readonly record: Record;
  readonly revision: number;
}

interface FoundFirst<Record> extends Found<Record> {
  readonly createRevision: number;
}

/** What is known of an instance's records without reading all that stands in them. */
export interface Told {
  readonly keys: InstanceKeys;
  /** Where the log stood. */
  readonly logRevision: number;
  /** Somebody is registered there, also if nobody here can read it. */
  readonly isRegistered: boolean;
  readonly registration: FoundInstance | null;
  readonly health: FoundHealth | null;
  readonly intent: Found<IntentRecord> | null;
}

interface FoundInstance extends FoundFirst<Omit<InstanceRecord, 'unknown'>> {
  readonly unknown: Unknown;
}

interface FoundHealth {
  readonly verdicts: Verdicts;
  readonly held: boolean;
  readonly revision: number;
}

/** What the log said of an instance when it was read. */
export interface Stored extends Told {
  readonly health: (FoundHealth & Found<HealthRecord>) | null;
}

export interface StoredMachine {
  readonly logRevision: number;
  readonly registration: FoundFirst<MachineRecord> | null;
  readonly health: Found<HealthRecord> | null;
  readonly intent: Found<IntentRecord> | null;
}

/** Its three keys are made once, and go with whatever is found under them. */
class InstanceSubject implements Subject<Stored> {
  readonly name: string;
  /** In the order of `instanceKinds`. */
  readonly keys: readonly SingleKey[];
  protected readonly ref: InstanceRef;
  protected readonly own: InstanceKeys;

  constructor(ref: InstanceRef) {
    this.ref = ref;
    this.own = instanceKeys(ref);
    const { name, instances, health, intents } = this.own;
    this.name = name;
    this.keys = [instances, health, intents];
  }

  read(logRevision: number, [registration, health, intent]: Entries): Stored {
    return {
      keys: this.own,
      logRevision,
      isRegistered: registration !== undefined,
      registration: foundInstance(registration),
      health: foundHealth(health),
      intent: found(intent, decodeIntentRecord),
    };
  }

  overtaken(): RollcallError {
    return overtaken(`${JSON.stringify(this.ref.id)} of ${this.ref.service}`);
  }
}

class KnownSubject extends InstanceSubject {
  readonly #knowing: Knowing;

  constructor(ref: InstanceRef, knowing: Knowing) {
    super(ref);
    this.#knowing = knowing;
  }

  recall(): Recalled<Told> | null {
    const known = this.#knowing.known(this.ref, this.name);
    return known && recalled(known, this.own);
  }
}

export function instanceSubject(ref: InstanceRef): Subject<Stored> {
  return new InstanceSubject(ref);
}

/** The same, where what is known already need not be read. */
export function knownSubject(ref: InstanceRef, knowing: Knowing): Subject<Told> {
  return new KnownSubject(ref, knowing);
}

export function machineSubject(ref: MachineRef): Subject<StoredMachine> {
  return {
    name: `machine ${machineText(ref)}`,
    keys: machineKinds.map((kind) => singleKey(machineKey(kind, ref))),
    read: (logRevision, [registration, health, intent]) => ({
      logRevision,
      registration: found(registration, decodeMachineRecord),
      health: found(health, decodeHealthRecord),
      intent: found(intent, decodeIntentRecord),
    }),
    overtaken: () => overtaken(`the machine ${JSON.stringify(ref.name)}`),
  };
}

export function serviceSubject(ref: ServiceRef): Subject<Found<ServiceRecord> | null> {
  return {
    name: `service ${serviceText(ref.namespace, ref.service)}`,
    keys: [singleKey(serviceKey(ref))],
    read: (_logRevision, [entry]) => found(entry, decodeServiceRecord),
    overtaken: () => overtaken(`the service ${ref.service}`),
  };
}

export function removalSubject(ref: MachineRef): Subject<{ readonly logRevision: number; readonly upToRevision: number | null }> {
  return {
    name: `removal ${machineText(ref)}`,
    keys: [singleKey(machineKey('machine-removals', ref))],
    read: (logRevision, [entry]) => ({ logRevision, upToRevision: found(entry, decodeRemovalRecord)?.record.upToRevision ?? null }),
    overtaken: () => overtaken(`the machine ${JSON.stringify(ref.name)}`),
  };
}

function found<Record>(entry: Entry | undefined, decode: (bytes: Bytes) => Record | null): FoundFirst<Record> | null {
  const record = entry === undefined ? null : decode(entry.value);
  return entry === undefined || record === null ? null : { record, createRevision: entry.createRevision, revision: entry.modRevision };
}

function foundHealth(entry: Entry | undefined): Stored['health'] {
  const one = found(entry, decodeHealthRecord);
  return one && { ...one, verdicts: one.record.verdicts, held: one.record.heldSinceMs !== null };
}

function foundInstance(entry: Entry | undefined): FoundInstance | null {
  const one = found(entry, decodeInstanceRecord);
  if (one === null) return null;
  const { unknown, ...record } = one.record;
  return { ...one, unknown, record: { ...record, incarnation: incarnationIn(record, one.createRevision) } };
}

function recalled(known: KnownRecords, keys: InstanceKeys): Recalled<Told> {
  const { viewRevision, registered, health, intent, intentRevision } = known;
  const stored: Told = {
    keys,
    logRevision: viewRevision,
    isRegistered: registered !== null,
    registration: registered && {
      record: registered,
      unknown: nothingUnknown,
      createRevision: registered.createRevision,
      revision: registered.revision,
    },
    health: health && { verdicts: health.verdicts, held: health.held, revision: health.healthRevision },
    intent: intent && { record: intent, revision: intentRevision },
  };
  return { stored, revisions: [registered?.revision ?? 0, health?.healthRevision ?? 0, intentRevision] };
}

const nothingUnknown: Unknown = Object.freeze({});

function overtaken(what: string): RollcallError {
  return new RollcallError('conflict', `Others changed ${what} at the same time; nothing was written. Ask again.`);
}
