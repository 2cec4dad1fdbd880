/** All machines, and what the log says about them, record by record. Only a registration makes a machine. */
import type { MachineChange } from './feed.js';
import { decodeIntentRecord, encodeIntentRecord, type IntentRecord } from '../records/intent-record.js';
import { machineKey, machineText, type MachineRecordKind } from '../records/keys.js';
import { machineOf, type Machine, type MachineRef } from '../catalog/machine.js';
import {
  decodeMachineRecord,
  decodeRemovalRecord,
  encodeMachineRecord,
  encodeRemovalRecord,
  type MachineRecord,
} from '../records/machine-record.js';
import { putBack, type EncodedRecord } from '../records/encoded.js';
import type { Namespace } from '../catalog/names.js';
import { decodeHealthRecord, encodeHealthRecord, type HealthRecord } from '../records/records.js';

interface Parts {
  readonly ref: MachineRef;
  registered: (MachineRecord & Pick<Machine, 'createRevision' | 'revision'>) | null;
  health: { readonly record: HealthRecord; readonly revision: number } | null;
  intent: IntentRecord | null;
  machine: Machine | null;
}

/** A machine that is being removed with its instances. */
export interface Removal {
  readonly ref: MachineRef;
  readonly upToRevision: number;
}

export class MachineTable {
  readonly #parts = new Map<string, Parts>();
  readonly #removals = new Map<string, Removal>();
  readonly #touched = new Set<Parts>();

  get(ref: MachineRef): Machine | null {
    // As long as instances are read that come before all machines in the log, nothing need be looked up.
    if (this.#parts.size === 0) return null;
    return this.#parts.get(machineText(ref))?.machine ?? null;
  }

  /** Of a namespace, in the order of their names. */
  all(namespace: Namespace): readonly Machine[] {
    const found = [...this.#parts.values()].flatMap(({ machine }) => (machine?.namespace === namespace ? [machine] : []));
    return found.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Of all namespaces, in no order. */
  *everywhere(): Iterable<Machine> {
    for (const { machine } of this.#parts.values()) if (machine !== null) yield machine;
  }

  removals(): readonly Removal[] {
    return [...this.#removals.values()];
  }

  /** All that is known of them, as records. */
  *records(): Iterable<EncodedRecord> {
    for (const { ref, registered, health, intent } of this.#parts.values()) {
      if (registered !== null) {
        const { createRevision, revision, ...record } = registered;
        yield { key: machineKey('machines', ref), value: encodeMachineRecord(record), createRevision, revision };
      }
      if (health !== null) yield putBack(machineKey('machine-health', ref), encodeHealthRecord(health.record), health.revision);
      if (intent !== null) yield putBack(machineKey('machine-intents', ref), encodeIntentRecord(intent));
    }
    for (const { ref, upToRevision } of this.#removals.values())
      yield putBack(machineKey('machine-removals', ref), encodeRemovalRecord({ upToRevision, unknown: {} }));
  }

  /** Takes in one record; `false` if it cannot be read. */
  take(kind: MachineRecordKind, ref: MachineRef, { value, createRevision, revision }: EncodedRecord): boolean {
    const text = machineText(ref);
    if (kind === 'machine-removals') {
      const record = value && decodeRemovalRecord(value);
      if (record === null) this.#removals.delete(text);
      else this.#removals.set(text, { ref, upToRevision: record.upToRevision });
      return record !== null || value === null;
    }
    const parts = this.#parts.get(text) ?? { ref, registered: null, health: null, intent: null, machine: null };
    this.#parts.set(text, parts);
    this.#touched.add(parts);
    if (kind === 'machines') {
      const record = value && decodeMachineRecord(value);
      const belongs = record !== null && machineText(record) === text;
      parts.registered = belongs ? { ...record, createRevision, revision } : null;
      return belongs || value === null;
    }
    if (kind === 'machine-health') {
      const record = value && decodeHealthRecord(value);
      parts.health = record && { record, revision };
      return record !== null || value === null;
    }
    parts.intent = value && decodeIntentRecord(value);
    return parts.intent !== null || value === null;
  }

  /** What has changed since this was last asked. */
  settle(): readonly MachineChange[] {
    const changes = [...this.#touched].flatMap((parts): MachineChange[] => {
      const { ref, registered, health, intent, machine: previous } = parts;
      parts.machine =
        registered &&
        machineOf(registered, {
          verdicts: health?.record.verdicts ?? {},
          healthRevision: health?.revision ?? 0,
          mode: intent?.mode ?? null,
        });
      if (registered === null && health === null && intent === null) this.#parts.delete(machineText(ref));
      return previous === null && parts.machine === null ? [] : [{ ref, previous, current: parts.machine }];
    });
    this.#touched.clear();
    return changes;
  }
}
