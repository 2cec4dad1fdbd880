/**
 * Writing what attendance decides. A verdict holds only for what was judged: if the registration or the
 * verdicts have changed since, nothing is written, and whoever judges looks again.
 */
import type { VerdictWriter } from '../attendance/attendance.js';
import { formatDuration } from '../catalog/duration.js';
import type { Verdict } from '../catalog/health.js';
import type { Instance } from '../catalog/instance.js';
import { encodeHealthRecord } from '../catalog/records.js';
import { HEARTBEAT_CHECK_ID, heartbeatCheck } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Operation } from '../ports/store.js';
import { deleteRecord, putRecord, type Amendments, type Stored } from './amend.js';
import type { Visibility } from './visibility.js';

export interface VerdictsOptions {
  readonly amendments: Amendments;
  readonly visibility: Visibility;
  readonly clock: Clock;
}

export function verdictWriter({ amendments, visibility, clock }: VerdictsOptions): VerdictWriter {
  const write = async (judged: Instance, operations: (stored: Stored) => readonly Operation[]): Promise<boolean> => {
    const { answer, revision } = await amendments.amend(judged, (stored) =>
      isJudged(judged, stored) ? { operations: operations(stored), answer: true } : { operations: [], answer: false },
    );
    await visibility.wait(revision);
    return answer;
  };
  const heartbeat = (judged: Instance, verdict: Omit<Verdict, 'sinceMs'>): Promise<boolean> =>
    write(judged, (stored) => [putVerdict(judged, stored, { ...verdict, sinceMs: clock.wallMs() })]);

  return {
    lapse: (judged) => heartbeat(judged, { status: 'critical', reason: 'lapse', output: `no heartbeat for ${ttlText(judged)}` }),
    recover: (judged) => heartbeat(judged, { status: 'passing', reason: 'heartbeat', output: 'the heartbeat is back' }),
    depart: (judged) => write(judged, () => [deleteRecord('instances', judged), deleteRecord('health', judged)]),
  };
}

function isJudged(judged: Instance, { registration, health }: Stored): boolean {
  return registration?.revision === judged.revision && (health?.revision ?? 0) === judged.healthRevision;
}

function putVerdict(judged: Instance, { health }: Stored, verdict: Verdict): Operation {
  const verdicts = { ...health?.record.verdicts, [HEARTBEAT_CHECK_ID]: verdict };
  return putRecord('health', judged, encodeHealthRecord({ verdicts, heldSinceMs: null, unknown: health?.record.unknown ?? {} }));
}

function ttlText(judged: Instance): string {
  return formatDuration(heartbeatCheck(judged)?.ttlMs ?? 0);
}
