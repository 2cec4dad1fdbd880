/** Machines as records of the log: what is said of one, and that one is being removed with its instances. */
import type { Bytes } from '../ports/store.js';
import { optional, required, type FieldRules } from '../catalog/fields.js';
import type { MachineRegistration } from '../catalog/machine.js';
import { decodeRecord, encodeRecord, named, number, text, time, type Unknown } from './record-codec.js';
import { checkKind, originKind } from './records.js';
import { listKind, tableKind } from '../catalog/value-kind.js';

export interface MachineRecord extends MachineRegistration {
  readonly registeredAtMs: number;
  readonly unknown: Unknown;
}

/** A removal that has begun. It is there until the last of its commits. */
export interface RemovalRecord {
  /** Instances that registered later stay. */
  readonly upToRevision: number;
  readonly unknown: Unknown;
}

export function encodeMachineRecord({ unknown, ...fields }: MachineRecord): Bytes {
  return encodeRecord(fields, unknown);
}

export function decodeMachineRecord(bytes: Bytes): MachineRecord | null {
  return decodeRecord<Omit<MachineRecord, 'unknown'>>(bytes, machineRules);
}

export function encodeRemovalRecord({ unknown, ...fields }: RemovalRecord): Bytes {
  return encodeRecord(fields, unknown);
}

export function decodeRemovalRecord(bytes: Bytes): RemovalRecord | null {
  return decodeRecord<Omit<RemovalRecord, 'unknown'>>(bytes, { upToRevision: required(number) });
}

const machineRules: FieldRules<Omit<MachineRecord, 'unknown'>> = {
  namespace: required(named()),
  name: required(named()),
  addresses: optional(tableKind(text, named(), Infinity), {}),
  metadata: optional(tableKind(text, text, Infinity), {}),
  checks: optional(listKind(checkKind, Infinity), []),
  origin: required(originKind),
  registeredAtMs: required(time),
};
