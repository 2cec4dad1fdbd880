/** What a commit writes about instances, and what it takes for granted, as its keys say it. */
import { parseKeyText, refText, type RecordKind } from '../records/keys.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Bytes, Compare, Operation } from '../ports/store.js';
import { toText } from '../store/bytes.js';
import { isSingleKey } from '../store/key-range.js';

/** A key of an instance's record. */
export interface RecordOf {
  readonly kind: RecordKind;
  readonly ref: InstanceRef;
  readonly name: string;
}

/** What one level of a commit writes about an instance; `null` for what it takes out. */
export interface Touch {
  readonly ref: InstanceRef;
  readonly name: string;
  readonly writes: Partial<Record<RecordKind, Bytes | null>>;
}

const BEGINNINGS = ['/rollcall/instances/', '/rollcall/health/', '/rollcall/intents/'] as const;

export function recordOf(key: Bytes): RecordOf | null {
  // Cheap for all others: the registry's own keys differ behind the root.
  if (key[0] !== 0x2f || key[1] !== 0x72) return null;
  const text = toText(key);
  if (!BEGINNINGS.some((beginning) => text.startsWith(beginning))) return null;
  const parsed = parseKeyText(text);
  return parsed !== null && 'ref' in parsed ? { ...parsed, name: refText(parsed.ref) } : null;
}

/** What the levels of one commit write and take for granted, each read once. */
export class CommitReading {
  readonly #touches = new Map<readonly Operation[], ReadonlyMap<string, Touch>>();
  readonly #compared = new Map<readonly Compare[] | undefined, ReadonlyMap<string, number>>();

  /** By instance. */
  touches(operations: readonly Operation[]): ReadonlyMap<string, Touch> {
    const known = this.#touches.get(operations);
    if (known !== undefined) return known;
    const touches = touchesOf(operations);
    this.#touches.set(operations, touches);
    return touches;
  }

  /** By the key as text. */
  compared(when: readonly Compare[] | undefined): ReadonlyMap<string, number> {
    const known = this.#compared.get(when);
    if (known !== undefined) return known;
    const compared = comparedOf(when);
    this.#compared.set(when, compared);
    return compared;
  }
}

const nobody: ReadonlyMap<string, Touch> = new Map();

function touchesOf(operations: readonly Operation[]): ReadonlyMap<string, Touch> {
  let touches: Map<string, Touch> | null = null;
  for (const operation of operations) {
    const key = operation.type === 'put' ? operation.key : operation.type === 'delete' ? single(operation.range) : null;
    const record = key === null ? null : recordOf(key);
    if (record === null) continue;
    const value = operation.type === 'put' && operation.value !== 'keep' ? operation.value : null;
    touches ??= new Map();
    const touch = touches.get(record.name);
    if (touch === undefined) touches.set(record.name, { ref: record.ref, name: record.name, writes: { [record.kind]: value } });
    else touches.set(record.name, { ...touch, writes: { ...touch.writes, [record.kind]: value } });
  }
  return touches ?? nobody;
}

function comparedOf(when: readonly Compare[] | undefined): ReadonlyMap<string, number> {
  const compared = new Map<string, number>();
  for (const { range, target, is, operand } of when ?? []) {
    const key = target === 'mod' && is === '=' ? single(range) : null;
    if (key !== null) compared.set(toText(key), operand as number);
  }
  return compared;
}

export function single(range: { readonly from: Bytes; readonly to: Bytes | null }): Bytes | null {
  return isSingleKey(range) ? range.from : null;
}
