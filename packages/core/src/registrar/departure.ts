/**
 * What a departure takes out of the log and what it leaves: registration and verdicts go, and with them what was said
 * for this life only. `out` and what else was said from outside waits for a day, in case that the instance comes back.
 */
import type { Instance } from '../catalog/instance.js';
import { encodeIntentRecord, saysNothing, type IntentRecord } from '../records/intent-record.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Operation } from '../ports/store.js';
import { deleteRecord, putRecord } from './amend.js';

/** A machine that is being repaired over night comes back with its instances in maintenance, as they were. */
const INTENT_KEPT_MS: number = 24 * 60 * 60 * 1000;

export function departureOperations(ref: InstanceRef, intent: IntentRecord | null, wallNowMs: number): readonly Operation[] {
  const left = intent && departedIntent(intent, wallNowMs);
  const gone = [deleteRecord('instances', ref), deleteRecord('health', ref)];
  if (intent === null) return gone;
  return [...gone, left === null ? deleteRecord('intents', ref) : putRecord('intents', ref, encodeIntentRecord(left))];
}

/** What of it outlives the departure; `null` for nothing. */
export function departedIntent(intent: IntentRecord, wallNowMs: number): IntentRecord | null {
  const left = { ...intent, mode: intent.mode?.mode === 'out' ? intent.mode : null };
  return saysNothing(left) ? null : { ...left, keepUntilMs: wallNowMs + INTENT_KEPT_MS };
}

/** What of it a registration finds; `null` for nothing. An instance that drained itself and registers has come to stay. */
export function registeredIntent(intent: IntentRecord, wallNowMs: number): IntentRecord | null {
  if (intent.keepUntilMs !== null && intent.keepUntilMs <= wallNowMs) return null;
  const ownDrain = intent.mode?.mode === 'draining' && intent.mode.owner === 'instance';
  const left = { ...intent, mode: ownDrain ? null : intent.mode, keepUntilMs: null };
  return saysNothing(left) ? null : left;
}

/** As the log has it, which is how the catalog shows it. */
export function intentRecordOf({ intent }: Pick<Instance, 'intent'>): IntentRecord | null {
  return intent === null ? null : { keepUntilMs: null, unknown: {}, ...intent };
}
