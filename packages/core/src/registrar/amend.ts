/**
 * Changing what the log says about one instance, safely beside everybody else who does: read both of its
 * records, decide, commit on condition that neither has changed. Who was overtaken decides once more.
 */
import { RollcallError } from '../errors.js';
import { recordKey, refText, type RecordKind } from '../catalog/keys.js';
import { decodeHealthRecord, decodeInstanceRecord, type HealthRecord, type InstanceRecord } from '../catalog/records.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { CommitResult, Compare, Entry, Operation, Store } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import { Lanes } from './lanes.js';

/** What the log said when it was read. A record that cannot be read counts as none; writing replaces it. */
export interface Stored {
  /** Where the log stood. */
  readonly logRevision: number;
  readonly registration: Found<InstanceRecord> | null;
  readonly health: Found<HealthRecord> | null;
}

interface Found<Record> {
  readonly record: Record;
  readonly createRevision: number;
  readonly revision: number;
}

export interface Plan<Answer> {
  /** None at all: nothing is written, and no revision made. */
  readonly operations: readonly Operation[];
  readonly answer: Answer;
}

export interface Amended<Answer> {
  readonly answer: Answer;
  /** The revision that the change made, or the one that last changed the instance if there was nothing to change. */
  readonly revision: number;
}

const ATTEMPTS_MAX = 2;

/** Called once per attempt, with fresh records; what it throws ends the matter with nothing written. */
export type Decide<Answer> = (stored: Stored) => Plan<Answer>;

export class Amendments {
  readonly #store: Store;
  /** Writers of this node take turns over an instance, so that only those of other nodes can overtake them. */
  readonly #lanes = new Lanes();

  constructor(store: Store) {
    this.#store = store;
  }

  amend<Answer>(ref: InstanceRef, decide: Decide<Answer>): Promise<Amended<Answer>> {
    return this.#lanes.run(refText(ref), () => amend(this.#store, ref, decide));
  }
}

async function amend<Answer>(store: Store, ref: InstanceRef, decide: Decide<Answer>): Promise<Amended<Answer>> {
  let read = await store.commit({ then: reads(ref) });
  for (let attempt = 1; ; attempt++) {
    const entries = entriesOf(read);
    const { operations, answer } = decide(toStored(read.revision, entries));
    if (operations.length === 0) return { answer, revision: Math.max(...entries.map((entry) => entry?.modRevision ?? 0)) };
    const result = await store.commit({ when: unchanged(ref, entries), then: operations, else: reads(ref) });
    if (result.succeeded) return { answer, revision: result.revision };
    if (attempt === ATTEMPTS_MAX) throw overtaken(ref);
    read = result;
  }
}

export function putRecord(kind: RecordKind, ref: InstanceRef, value: Uint8Array): Operation {
  return { type: 'put', key: recordKey(kind, ref), value };
}

export function deleteRecord(kind: RecordKind, ref: InstanceRef): Operation {
  return { type: 'delete', range: singleKey(recordKey(kind, ref)) };
}

const kinds: readonly RecordKind[] = ['instances', 'health'];

type Entries = readonly (Entry | undefined)[];

function reads(ref: InstanceRef): readonly Operation[] {
  return kinds.map((kind) => ({ type: 'get', range: singleKey(recordKey(kind, ref)) }));
}

function entriesOf({ results }: CommitResult): Entries {
  return results.map((result) => (result.type === 'get' ? result.entries[0] : undefined));
}

function unchanged(ref: InstanceRef, entries: Entries): readonly Compare[] {
  return kinds.map((kind, at) => ({
    range: singleKey(recordKey(kind, ref)),
    target: 'mod',
    is: '=',
    operand: entries[at]?.modRevision ?? 0,
  }));
}

function toStored(logRevision: number, [registration, health]: Entries): Stored {
  return { logRevision, registration: found(registration, decodeInstanceRecord), health: found(health, decodeHealthRecord) };
}

function found<Record>(entry: Entry | undefined, decode: (bytes: Uint8Array) => Record | null): Found<Record> | null {
  const record = entry === undefined ? null : decode(entry.value);
  return entry === undefined || record === null ? null : { record, createRevision: entry.createRevision, revision: entry.modRevision };
}

function overtaken({ service, id }: InstanceRef): RollcallError {
  return new RollcallError(
    'conflict',
    `Others changed ${JSON.stringify(id)} of ${service} at the same time; nothing was written. Ask again.`,
  );
}
