/** Writes verdicts on a machine: only if it is still the one that was judged. If it is not, the view will say so, and it is judged anew. */
import type { Verdicts } from '../catalog/health.js';
import { machineKey } from '../records/keys.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import { decodeHealthRecord, encodeHealthRecord, type HealthRecord } from '../records/records.js';
import type { Compare, Store } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import type { Fences, Showing } from './judgement-writer.js';

export interface MachineHealthOptions {
  readonly store: Store;
  readonly showing: Showing;
  readonly fences: Fences;
}

/** Answers whether they were written; the view shows them then. `stillHolds` is asked when nothing can delay it any more. */
export async function writeMachineVerdicts(
  { store, showing, fences }: MachineHealthOptions,
  machine: Machine,
  verdicts: Verdicts,
  stillHolds: () => boolean = () => true,
): Promise<boolean> {
  const record = await healthOf(store, machine);
  const value = encodeHealthRecord({ ...record, verdicts: { ...record.verdicts, ...verdicts } });
  if (!stillHolds()) return false;
  const { succeeded, revision } = await store.commit({
    when: [unchanged('machines', machine, machine.revision), unchanged('machine-health', machine, machine.healthRevision), ...fences()],
    then: [{ type: 'put', key: machineKey('machine-health', machine), value }],
  });
  if (succeeded) await showing.wait(revision);
  return succeeded;
}

/** With what others have written into it and nobody here understands. */
async function healthOf(store: Store, machine: Machine): Promise<HealthRecord> {
  const nothing: HealthRecord = { verdicts: machine.verdicts, heldSinceMs: null, unknown: {} };
  if (machine.healthRevision === 0) return nothing;
  const { entries } = await store.range({ range: singleKey(machineKey('machine-health', machine)) });
  return (entries[0] && decodeHealthRecord(entries[0].value)) ?? nothing;
}

function unchanged(kind: 'machines' | 'machine-health', machine: MachineRef, revision: number): Compare {
  return { range: singleKey(machineKey(kind, machine)), target: 'mod', is: '=', operand: revision };
}
