/**
 * What the log says about each instance, record by record, and the instance that follows from it. A
 * registration and its verdicts arrive apart and in any order; only a registration makes an instance.
 */
import type { Bytes, Change, Entry } from '../ports/store.js';
import type { InstanceChange } from './feed.js';
import { healthOf, type Instance } from './instance.js';
import { parseRecordKey, refText, type RecordKey } from './keys.js';
import { decodeHealthRecord, decodeInstanceRecord, type HealthRecord, type InstanceRecord } from './records.js';
import type { InstanceRef } from './registration.js';

interface Slot {
  readonly ref: InstanceRef;
  registration: { readonly record: InstanceRecord; readonly entry: Entry } | null;
  health: { readonly record: HealthRecord; readonly revision: number } | null;
  instance: Instance | null;
}

export class Slots {
  readonly #slots = new Map<string, Slot>();
  /** Keys under `instances/` and `health/` whose records nobody here can read: skipped, counted and listed. */
  readonly undecodable: Set<string> = new Set<string>();

  instances(): Instance[] {
    return [...this.#slots.values()].flatMap(({ instance }) => (instance === null ? [] : [instance]));
  }

  /** Takes in one revision, and answers which instances it changed, each once. */
  take(changes: readonly Change[]): InstanceChange[] {
    const touched = new Set<Slot>();
    for (const change of changes) {
      const slot = change.type === 'put' ? this.#put(change.entry) : this.#delete(change.key);
      if (slot !== null) touched.add(slot);
    }
    return [...touched].flatMap((slot) => this.#derive(slot));
  }

  #put(entry: Entry): Slot | null {
    const found = this.#find(entry.key);
    if (found === null) return null;
    const { key, slot } = found;
    if (key.kind === 'instances') {
      const record = decodeInstanceRecord(entry.value);
      const belongs = record !== null && refText(record) === refText(slot.ref);
      slot.registration = belongs ? { record, entry } : null;
      this.#count(key, belongs);
    } else {
      const record = decodeHealthRecord(entry.value);
      slot.health = record && { record, revision: entry.modRevision };
      this.#count(key, record !== null);
    }
    return slot;
  }

  #delete(bytes: Bytes): Slot | null {
    const found = this.#find(bytes);
    if (found === null) return null;
    if (found.key.kind === 'instances') found.slot.registration = null;
    else found.slot.health = null;
    this.#count(found.key, true);
    return found.slot;
  }

  #derive(slot: Slot): InstanceChange[] {
    const previous = slot.instance;
    slot.instance = slot.registration && toInstance(slot.registration.record, slot.registration.entry, slot.health);
    if (slot.registration === null && slot.health === null) this.#slots.delete(refText(slot.ref));
    return previous === null && slot.instance === null
      ? []
      : [{ ref: slot.instance ?? previous ?? slot.ref, previous, current: slot.instance }];
  }

  #find(bytes: Bytes): { readonly key: RecordKey; readonly slot: Slot } | null {
    const key = parseRecordKey(bytes);
    if (key === null) return null;
    const text = refText(key.ref);
    const slot = this.#slots.get(text) ?? { ref: key.ref, registration: null, health: null, instance: null };
    this.#slots.set(text, slot);
    return { key, slot };
  }

  #count({ kind, ref }: RecordKey, readable: boolean): void {
    const name = `${kind}/${refText(ref)}`;
    if (readable) this.undecodable.delete(name);
    else this.undecodable.add(name);
  }
}

/** What a record becomes when it is read: the same wherever it was read. */
export function toInstance(
  record: InstanceRecord,
  { createRevision, modRevision }: Pick<Entry, 'createRevision' | 'modRevision'>,
  health: { readonly record: HealthRecord; readonly revision: number } | null,
): Instance {
  const { unknown: _, ...registration } = record;
  const verdicts = health?.record.verdicts ?? {};
  const found = healthOf(registration, verdicts);
  return {
    ...registration,
    createRevision,
    revision: modRevision,
    healthRevision: health?.revision ?? 0,
    mode: 'in',
    health: found,
    verdicts,
    intent: null,
    // The mark is taken away by whatever is written next; who is no longer critical is held by nobody.
    held: found === 'critical' && (health?.record.heldSinceMs ?? null) !== null,
  };
}
