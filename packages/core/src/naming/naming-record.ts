/**
 * Whether instances are shown as keys of etcd's naming layout, as the log has it under `/rollcall/naming`: so all nodes agree. While a prefix is
 * left, its keys are still being taken out.
 */
import { ROLLCALL } from '../access/judge.js';
import { everything } from '../access/permissions.js';
import { optional } from '../catalog/fields.js';
import { decodeRecord, encodeRecord, text, type Unknown } from '../records/record-codec.js';
import { listKind } from '../catalog/value-kind.js';
import type { Caller } from '../face.js';
import type { Bytes } from '../ports/store.js';
import { fromText } from '../store/bytes.js';

/** The registry itself, where it looks at what it shows. */
export const NAMING: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'naming' };

export interface NamingState {
  /** Behind which prefix; `null` for not at all. */
  readonly prefix: string | null;
  /** Whose keys go. */
  readonly leaving: readonly string[];
}

export const noNaming: NamingState = Object.freeze({ prefix: null, leaving: Object.freeze([]) });

export const namingKey: Bytes = fromText('/rollcall/naming');

export function encodeNamingRecord(state: NamingState, unknown: Unknown = {}): Bytes {
  return encodeRecord(state, unknown);
}

/** `null` for what cannot be read: then nothing is shown, and nothing is taken out. */
export function decodeNamingRecord(bytes: Bytes): NamingState | null {
  return decodeRecord<NamingState>(bytes, { prefix: optional(text, null), leaving: optional(listKind(text, Infinity), []) });
}
