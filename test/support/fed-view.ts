/**
 * A view that is fed by hand, as one in another thread would be: every batch is copied on its way, so that no live
 * object crosses.
 */
import {
  encodeHealthRecord,
  encodeInstanceRecord,
  encodeIntentRecord,
  healthOf,
  HEARTBEAT_CHECK_ID,
  nothingSaid,
  Projection,
  recordKey,
  type EncodedRecord,
  type Instance,
  type InstanceChange,
  type InstanceRef,
  type RecordKind,
  type Verdicts,
} from '@rollcall/core';

export class FedView extends Projection {
  /** Forgets everything and begins with this. */
  load({
    epoch,
    revision,
    instances,
  }: {
    readonly epoch: string;
    readonly revision: number;
    readonly instances: readonly Instance[];
  }): void {
    this.begin({ epoch, revision });
    this.page(structuredClone(instances.flatMap((one) => recordsOf(one).filter(({ value }) => value !== null))));
    this.finish();
  }

  /** One revision that made these changes. */
  show(revision: number, changes: readonly Pick<InstanceChange, 'ref' | 'current'>[]): void {
    const records = changes.flatMap(({ ref, current }) => (current === null ? goneRecords(ref) : recordsOf(current)));
    this.apply(structuredClone({ revision, records: records.map((one) => ({ ...one, revision })) }));
  }
}

/** The records that make this instance. Health and mode that nothing explains are explained by a heartbeat and an operator. */
function recordsOf(instance: Instance): readonly EncodedRecord[] {
  const { createRevision, revision, healthRevision } = instance;
  return [
    { ...record('instances', instance, registrationOf(instance)), createRevision, revision },
    { ...record('health', instance, healthRecordOf(instance)), createRevision, revision: healthRevision },
    { ...record('intents', instance, intentRecordOf(instance)), createRevision, revision },
  ];
}

function goneRecords(ref: InstanceRef): readonly EncodedRecord[] {
  return [record('instances', ref, null), record('health', ref, null), record('intents', ref, null)];
}

function record(kind: RecordKind, ref: InstanceRef, value: Uint8Array | null): EncodedRecord {
  return { key: recordKey(kind, ref), value, createRevision: 0, revision: 0 };
}

/** What an instance has beside its registration. */
const derived: ReadonlySet<string> = new Set<keyof Instance>([
  'createRevision',
  'revision',
  'healthRevision',
  'mode',
  'health',
  'verdicts',
  'intent',
  'intentRevision',
  'held',
]);

function registrationOf(instance: Instance): Uint8Array {
  const fields = Object.fromEntries(Object.entries(instance).filter(([name]) => !derived.has(name)));
  return encodeInstanceRecord({ ...(fields as unknown as Instance), unknown: {} });
}

function healthRecordOf({ held, health, verdicts, checks }: Instance): Uint8Array | null {
  const made: Verdicts = { [HEARTBEAT_CHECK_ID]: { status: health, reason: 'heartbeat', sinceMs: 0, output: '' } };
  const found = healthOf({ checks }, verdicts) === health ? verdicts : made;
  if (Object.keys(found).length === 0 && !held) return null;
  return encodeHealthRecord({ verdicts: found, heldSinceMs: held ? 0 : null, unknown: {} });
}

function intentRecordOf({ intent, mode }: Instance): Uint8Array | null {
  if (intent === null && mode === 'in') return null;
  const made = mode === 'in' ? null : ({ mode, reason: '', owner: 'operator', sinceMs: 0, untilMs: null } as const);
  return encodeIntentRecord({ ...(intent ?? { ...nothingSaid, mode: made }), keepUntilMs: null, unknown: {} });
}
