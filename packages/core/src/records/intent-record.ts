/** What was said from outside, about an instance or a machine, as a record of the log. */
import type { Bytes } from '../ports/store.js';
import { optional, required, type FieldRules } from '../catalog/fields.js';
import { healths } from '../catalog/health.js';
import { modeOwners, type Intent, type ModeIntent, type StatusOverride } from '../catalog/intent.js';
import { decodeRecord, encodeRecord, number, objectKind, text, time, type Unknown } from './record-codec.js';
import { listKind, tableKind, wordKind, type ValueKind } from '../catalog/value-kind.js';

export interface IntentRecord extends Intent {
  /** Only after a departure: until when (wall clock) it waits for the instance to come back. */
  readonly keepUntilMs: number | null;
  readonly unknown: Unknown;
}

/** Nothing was said. Such a record is not kept. */
export const nothingSaid: Intent = Object.freeze({ mode: null, status: null, metadata: Object.freeze({}), weight: null, tags: null });

export function saysNothing({ mode, status, metadata, weight, tags }: Intent): boolean {
  return mode === null && status === null && weight === null && tags === null && Object.keys(metadata).length === 0;
}

export function encodeIntentRecord({ unknown, metadata, ...fields }: IntentRecord): Bytes {
  return encodeRecord({ ...fields, metadata: Object.keys(metadata).length === 0 ? null : metadata }, unknown);
}

export function decodeIntentRecord(bytes: Bytes): IntentRecord | null {
  return decodeRecord<Omit<IntentRecord, 'unknown'>>(bytes, rules);
}

const modeKind = objectKind<ModeIntent>({
  mode: required(wordKind(['draining', 'out'])),
  reason: optional(text, ''),
  owner: required(wordKind(modeOwners)),
  sinceMs: required(time),
  untilMs: optional(time, null),
});

const statusKind = objectKind<StatusOverride>({ health: required(wordKind(healths)), reason: optional(text, ''), sinceMs: required(time) });

const textOrNull: ValueKind<string | null> = { allowed: 'text or null', parse: (value) => (value === null ? null : text.parse(value)) };

const rules: FieldRules<Omit<IntentRecord, 'unknown'>> = {
  mode: optional(modeKind, null),
  status: optional(statusKind, null),
  metadata: optional(tableKind(text, textOrNull, Infinity), {}),
  weight: optional(number, null),
  tags: optional(listKind(text, Infinity), null),
  keepUntilMs: optional(time, null),
};
