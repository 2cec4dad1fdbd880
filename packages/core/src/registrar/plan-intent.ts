/** What somebody's word about an instance or a machine changes, given what was said before. Pure. */
import { METADATA_ENTRIES_MAX, RECORD_BYTES_MAX } from '../catalog/bounds.js';
import { refusal } from '../catalog/fields.js';
import type { Health } from '../catalog/health.js';
import type { ModeChange, ModeIntent, Patch } from '../catalog/intent.js';
import { encodeIntentRecord, nothingSaid, saysNothing, type IntentRecord } from '../records/intent-record.js';
import type { Bytes } from '../ports/store.js';
import { canonical } from './canonical.js';
import { tooLarge } from './plan-registration.js';

/** What is said now; the same object again if nothing is new. */
export type Say = (before: IntentRecord) => IntentRecord;

export function sayMode({ mode, reason = '', drainTimeMs, owner }: ModeChange, wallNowMs: number): Say {
  if (mode === 'in') return (before) => (before.mode === null ? before : { ...before, mode: null });
  const said: ModeIntent = {
    mode,
    reason,
    owner: owner ?? (mode === 'draining' ? 'instance' : 'operator'),
    sinceMs: wallNowMs,
    untilMs: drainTimeMs === undefined || mode === 'out' ? null : wallNowMs + drainTimeMs,
  };
  return (before) => (before.mode !== null && isSameMode(before.mode, said) ? before : { ...before, mode: said });
}

export function sayStatus(status: { readonly health: Health; readonly reason: string } | null, wallNowMs: number): Say {
  return (before) => {
    const same = before.status?.health === status?.health && before.status?.reason === status?.reason;
    return same ? before : { ...before, status: status && { ...status, sinceMs: wallNowMs } };
  };
}

/** `registered` are the names that the registration itself has: of the others, one that is taken away leaves nothing behind. */
export function sayPatch({ metadata, weight, tags }: Patch, registered: Readonly<Record<string, string>>): Say {
  return (before) => {
    const after = {
      ...before,
      ...(metadata === undefined ? {} : { metadata: metadata === null ? {} : laidOver(before.metadata, metadata, registered) }),
      ...(weight === undefined ? {} : { weight }),
      ...(tags === undefined ? {} : { tags }),
    };
    const names = new Set([...Object.keys(registered), ...Object.keys(after.metadata)]);
    if (names.size > METADATA_ENTRIES_MAX)
      throw refusal([
        { field: 'metadata', came: `${names.size} names, together with those that are there`, allowed: `at most ${METADATA_ENTRIES_MAX}` },
      ]);
    return canonical(before) === canonical(after) ? before : after;
  };
}

function laidOver(
  before: Readonly<Record<string, string | null>>,
  patch: Readonly<Record<string, string | null>>,
  registered: Readonly<Record<string, string>>,
): Readonly<Record<string, string | null>> {
  const all = new Map([...Object.entries(before), ...Object.entries(patch)]);
  return Object.fromEntries([...all].filter(([name, value]) => value !== null || Object.hasOwn(registered, name)));
}

/** The record to begin with where nothing was said yet. */
export const unsaid: IntentRecord = { ...nothingSaid, keepUntilMs: null, unknown: {} };

/** `null`: nothing is said any more, and the record goes. Throws `invalid-request` for more than a record can hold. */
export function intentValue(intent: IntentRecord): Bytes | null {
  if (saysNothing(intent)) return null;
  const value = encodeIntentRecord(intent);
  if (value.length > RECORD_BYTES_MAX) throw tooLarge(value.length);
  return value;
}

/** Said again it is not new, however long ago it was said first. */
function isSameMode(before: ModeIntent, said: ModeIntent): boolean {
  const termOf = ({ sinceMs, untilMs }: ModeIntent): number | null => untilMs && untilMs - sinceMs;
  return before.mode === said.mode && before.reason === said.reason && before.owner === said.owner && termOf(before) === termOf(said);
}
