/** What was settled for a service, whether it has instances or not, as a record of the log. */
import type { Bytes } from '../ports/store.js';
import { optional, required } from '../catalog/fields.js';
import type { PanicRule } from '../catalog/panic-rule.js';
import { decodeRecord, encodeRecord, number, objectKind, type Unknown } from './record-codec.js';

export interface ServiceRecord {
  /** `null`: the usual one. */
  readonly panic: PanicRule | null;
  readonly unknown: Unknown;
}

export function encodeServiceRecord({ unknown, ...fields }: ServiceRecord): Bytes {
  return encodeRecord(fields, unknown);
}

export function decodeServiceRecord(bytes: Bytes): ServiceRecord | null {
  const panic = objectKind<PanicRule>({ eligibleMin: required(number), belowShare: required(number) });
  return decodeRecord<Omit<ServiceRecord, 'unknown'>>(bytes, { panic: optional(panic, null) });
}
