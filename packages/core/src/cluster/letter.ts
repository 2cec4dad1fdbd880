/**
 * A letter: a question that one node puts to another through the log, and its answer, which is written over it. The key says
 * who is to read it, `/rollcall/letters/<to>/<from>-<n>`, and hangs on the lease of who asks.
 */
import { isObject } from '../catalog/value-kind.js';
import { parseJson } from '../records/record-codec.js';
import { encodeUtf8 } from '../records/utf8.js';
import type { AttendantName } from '../ports/colleagues.js';
import type { Bytes, KeyRange } from '../ports/store.js';
import { fromText } from '../store/bytes.js';
import { keysUnder } from '../store/key-range.js';
import type { NodeName } from './node-name.js';

/** A batch of lapses is far smaller, and several of them fit into one. */
export const NAMES_PER_LETTER_MAX = 1000;

/** A quarter of what a commit may hold, whatever the names are. */
export const LETTER_CHARACTERS_MAX: number = 256 * 1024;

/** A newer program says more in a letter, or something else: then it is not answered, and nobody is thought dead. */
const LETTER_FORMAT = 1;

export type Letter =
  /** `life`: the create revision of the membership that is meant. Another life has heard nothing of what that one heard. */
  | { readonly kind: 'question'; readonly life: number; readonly who: readonly AttendantName[] }
  | { readonly kind: 'answer'; readonly ageMs: readonly (number | null)[] };

/** All letters to one node. */
export function letterBox(to: NodeName): KeyRange {
  return keysUnder(fromText(`/rollcall/letters/${to}/`));
}

export function letterKey(to: NodeName, from: NodeName, number: number): Bytes {
  return fromText(`/rollcall/letters/${to}/${from}-${number}`);
}

export function encodeLetter(letter: Letter): Bytes {
  return encodeUtf8(JSON.stringify({ format: LETTER_FORMAT, ...letter }));
}

/** `null` for what is none. */
export function decodeLetter(bytes: Bytes): Letter | null {
  const json = parseJson(bytes);
  if (!isObject(json) || json['format'] !== LETTER_FORMAT) return null;
  const { kind, life, who, ageMs } = json;
  if (kind === 'question' && typeof life === 'number' && isListOf(who, isName)) return { kind, life, who: who as AttendantName[] };
  return kind === 'answer' && isListOf(ageMs, isAge) ? { kind, ageMs: ageMs as (number | null)[] } : null;
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= NAMES_PER_LETTER_MAX && value.every(isItem);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0;
}

function isAge(value: unknown): boolean {
  return value === null || (typeof value === 'number' && value >= 0);
}
