/**
 * What attendance finds about an instance, and what of that goes into the log: pure, before anybody writes it. A
 * judgement holds only for what was judged, which is the instance just as the view showed it.
 */
import { formatDuration } from '../catalog/duration.js';
import { verdictOn, type Verdict, type Verdicts } from '../catalog/health.js';
import type { Instance } from '../catalog/instance.js';
import { recordKey } from '../records/keys.js';
import { encodeHealthRecord, type HealthRecord } from '../records/records.js';
import type { TimedCheck } from '../catalog/registration.js';
import type { ProbeNews } from '../probing/prober.js';
import type { Operation } from '../ports/store.js';
import { departureOperations, intentRecordOf } from '../registrar/departure.js';

/** What is found: a heartbeat did not come, or came back; a probe found something else than before; a term is over; and the guard makes somebody wait. */
export const acts = ['lapse', 'recovery', 'finding', 'departure', 'hold'] as const;

export type Act = (typeof acts)[number];

export interface Judgement {
  readonly act: Act;
  readonly judged: Instance;
  /** What to write, given the health record that was judged; `null` where there is none yet. */
  plan(health: HealthRecord | null): readonly Operation[];
}

export function lapseVerdict({ ttlMs }: TimedCheck, sinceMs: number): Verdict {
  return { status: 'critical', reason: 'lapse', sinceMs, output: `no heartbeat for ${formatDuration(ttlMs)}` };
}

export function recoveryVerdict(sinceMs: number): Verdict {
  return { status: 'passing', reason: 'heartbeat', sinceMs, output: 'the heartbeat is back' };
}

/** Since when this check has lapsed, which tells one lapse from the next; `null` if it has not. */
export function lapsedSinceMs(verdicts: Verdicts, checkId: string): number | null {
  const verdict = verdictOn(verdicts, checkId);
  return verdict?.status === 'critical' && verdict.reason === 'lapse' ? verdict.sinceMs : null;
}

/** Only what changes is news, so this is since now. */
export function probeVerdict({ status, output, wallMs }: ProbeNews): Verdict {
  return { status, reason: 'probe', sinceMs: wallMs, output };
}

/** Verdicts by the ids of their checks; the other ones stay. Nobody about whom something new was found is held any longer. */
export function verdictsOn(judged: Instance, verdicts: Verdicts): Judgement {
  const reasons = new Set(Object.values(verdicts).map(({ reason }) => reason));
  const act = reasons.has('lapse') ? 'lapse' : reasons.has('probe') ? 'finding' : 'recovery';
  return changedHealth(act, judged, (health) => ({ ...health, verdicts: { ...health.verdicts, ...verdicts }, heldSinceMs: null }));
}

/** It should depart, and has to wait. */
export function holdOf(judged: Instance, sinceMs: number): Judgement {
  return changedHealth('hold', judged, (health) => ({ ...health, heldSinceMs: sinceMs }));
}

/** Registration and verdicts go in one revision, and with them what was said for this life only. */
export function departureOf(judged: Instance, wallNowMs: number): Judgement {
  return { act: 'departure', judged, plan: () => departureOperations(judged, intentRecordOf(judged), wallNowMs) };
}

const noHealth: HealthRecord = { verdicts: {}, heldSinceMs: null, unknown: {} };

function changedHealth(act: Act, judged: Instance, change: (health: HealthRecord) => HealthRecord): Judgement {
  return { act, judged, plan: (health) => [putHealth(judged, change(health ?? noHealth))] };
}

function putHealth(judged: Instance, record: HealthRecord): Operation {
  return { type: 'put', key: recordKey('health', judged), value: encodeHealthRecord(record) };
}
