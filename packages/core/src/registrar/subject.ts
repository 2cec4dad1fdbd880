/** What a write is about: the keys that it reads and that nobody else may change meanwhile, and what they say. */
import { RollcallError } from '../errors.js';
import { decodeIntentRecord, type IntentRecord } from '../catalog/intent-record.js';
import { instanceKinds, machineKey, machineKinds, machineText, recordKey, refText, serviceKey, serviceText } from '../catalog/keys.js';
import type { MachineRef } from '../catalog/machine.js';
import { decodeMachineRecord, decodeRemovalRecord, type MachineRecord } from '../catalog/machine-record.js';
import { decodeHealthRecord, decodeInstanceRecord, type HealthRecord, type InstanceRecord } from '../catalog/records.js';
import type { InstanceRef } from '../catalog/registration.js';
import { decodeServiceRecord, type ServiceRecord } from '../catalog/service-record.js';
import type { ServiceRef } from '../face.js';
import type { Bytes, Entry } from '../ports/store.js';

export interface Subject<Stored> {
  /** The same for all that write about the same. */
  readonly name: string;
  readonly keys: readonly Bytes[];
  /** `entries` in the order of the keys. */
  read(logRevision: number, entries: Entries): Stored;
  /** What to say when others were faster again and again. */
  overtaken(): RollcallError;
}

export type Entries = readonly (Entry | undefined)[];

/** A record that cannot be read counts as none; writing replaces it. */
export interface Found<Record> {
  readonly record: Record;
  readonly createRevision: number;
  readonly revision: number;
}

/** What the log said of an instance when it was read. */
export interface Stored {
  /** Where the log stood. */
  readonly logRevision: number;
  /** Somebody is registered there, also if nobody here can read it. */
  readonly isRegistered: boolean;
  readonly registration: Found<InstanceRecord> | null;
  readonly health: Found<HealthRecord> | null;
  readonly intent: Found<IntentRecord> | null;
}

export interface StoredMachine {
  readonly logRevision: number;
  readonly registration: Found<MachineRecord> | null;
  readonly health: Found<HealthRecord> | null;
  readonly intent: Found<IntentRecord> | null;
}

export function instanceSubject(ref: InstanceRef): Subject<Stored> {
  return {
    name: refText(ref),
    keys: instanceKinds.map((kind) => recordKey(kind, ref)),
    read: (logRevision, [registration, health, intent]) => ({
      logRevision,
      isRegistered: registration !== undefined,
      registration: found(registration, decodeInstanceRecord),
      health: found(health, decodeHealthRecord),
      intent: found(intent, decodeIntentRecord),
    }),
    overtaken: () => overtaken(`${JSON.stringify(ref.id)} of ${ref.service}`),
  };
}

export function machineSubject(ref: MachineRef): Subject<StoredMachine> {
  return {
    name: `machine ${machineText(ref)}`,
    keys: machineKinds.map((kind) => machineKey(kind, ref)),
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
    keys: [serviceKey(ref)],
    read: (_logRevision, [entry]) => found(entry, decodeServiceRecord),
    overtaken: () => overtaken(`the service ${ref.service}`),
  };
}

export function removalSubject(ref: MachineRef): Subject<{ readonly logRevision: number; readonly upToRevision: number | null }> {
  return {
    name: `removal ${machineText(ref)}`,
    keys: [machineKey('machine-removals', ref)],
    read: (logRevision, [entry]) => ({ logRevision, upToRevision: found(entry, decodeRemovalRecord)?.record.upToRevision ?? null }),
    overtaken: () => overtaken(`the machine ${JSON.stringify(ref.name)}`),
  };
}

function found<Record>(entry: Entry | undefined, decode: (bytes: Bytes) => Record | null): Found<Record> | null {
  const record = entry === undefined ? null : decode(entry.value);
  return entry === undefined || record === null ? null : { record, createRevision: entry.createRevision, revision: entry.modRevision };
}

function overtaken(what: string): RollcallError {
  return new RollcallError('conflict', `Others changed ${what} at the same time; nothing was written. Ask again.`);
}
