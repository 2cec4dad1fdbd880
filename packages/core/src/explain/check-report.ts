/** How one check stands, and what would make it pass: pure, from what the log says and what this node knows. */
import { formatDuration } from '../catalog/duration.js';
import { verdictOn, type Health, type Verdicts } from '../catalog/health.js';
import type { Check } from '../catalog/registration.js';
import { CALM_MS_MAX } from '../probing/flapping.js';
import type { ProbeReport } from '../probing/prober.js';
import type { Knowledge } from './insight.js';
import { counted, lasting } from './wording.js';

/** Until a check that flaps is believed again, at most. */
export const CALM_TEXT: string = formatDuration(CALM_MS_MAX);

export interface CheckReport {
  readonly id: string;
  readonly of: 'instance' | 'machine';
  readonly type: Check['type'];
  readonly status: Health;
  /** Wall clock; `null` for as it was born. */
  readonly sinceMs: number | null;
  readonly output: string;
  /** It turned again and again: good news of it wait. */
  readonly flapping: boolean;
  /** Of a heartbeat. */
  readonly ttlMs: number | null;
  /** The same: how long ago it was heard, as this node knows it; `null` for never. */
  readonly heardAgeMs: number | null;
  /** Of a probe. */
  readonly intervalMs: number | null;
  /** The same, where this node makes it. */
  readonly probe: ProbeReport | null;
  /** What would make it pass; `null` where it does. */
  readonly remedy: string | null;
}

export interface Checked {
  readonly of: CheckReport['of'];
  readonly checks: readonly Check[];
  readonly verdicts: Verdicts;
  /** `null` where nothing is known beyond the log. */
  readonly known: Pick<Knowledge, 'heardAgesMs' | 'probes'> | null;
}

/** One for each check, in the order in which they were asked for. */
export function reportChecks({ of, checks, verdicts, known }: Checked): readonly CheckReport[] {
  return checks.map((check) => {
    const verdict = verdictOn(verdicts, check.id);
    const isBeat = check.type === 'heartbeat';
    const flapping = verdict?.flapping === true;
    const status = verdict?.status ?? check.born;
    const report = isBeat ? null : (known?.probes.get(check.id) ?? null);
    const remedy =
      status === 'passing'
        ? null
        : isBeat
          ? beatNeeded(of, verdict?.reason === 'lapse')
          : `${probesNeeded(check, status, report)}${of === 'machine' ? ' of its machine' : ''}${flapping ? `, and no turn for ${CALM_TEXT}` : ''}`;
    return {
      id: check.id,
      of,
      type: check.type,
      status,
      sinceMs: verdict?.sinceMs ?? null,
      output: verdict?.output ?? '',
      flapping,
      ttlMs: isBeat ? check.ttlMs : null,
      heardAgeMs: isBeat ? (known?.heardAgesMs.get(check.id) ?? null) : null,
      intervalMs: isBeat || check.type === 'alias' ? null : check.probe.intervalMs,
      probe: report,
      remedy,
    };
  });
}

/** What it says, in a sentence. */
export function checkText({ of, id, type, status, output, heardAgeMs, ttlMs }: CheckReport, machine: string | null): string {
  const named = nameOf({ of, id, type }, machine);
  const said = output === '' ? (status === 'starting' ? ': it has not passed yet' : '') : `: ${output}`;
  const heard =
    ttlMs === null || heardAgeMs === null ? '' : `; last heard ${lasting(heardAgeMs)} ago, with a ttl of ${formatDuration(ttlMs)}`;
  return `${named} is ${status}${said}${heard}`;
}

export function nameOf({ of, id, type }: Pick<CheckReport, 'of' | 'id' | 'type'>, machine: string | null): string {
  const isUsual = type === 'heartbeat' && id === 'heartbeat';
  if (of === 'machine') return `the ${isUsual ? 'heartbeat' : `check ${JSON.stringify(id)}`} of its machine ${machine ?? ''}`;
  return isUsual ? 'its heartbeat' : `its check ${JSON.stringify(id)}`;
}

/** Who lapsed is back with any heartbeat; who said that it is unwell stays so until it says something else. */
function beatNeeded(of: CheckReport['of'], lapsed: boolean): string {
  const whose = of === 'machine' ? 'a heartbeat of its machine' : 'a heartbeat';
  return lapsed ? whose : `${whose} that says "passing"`;
}

function probesNeeded(check: Exclude<Check, { type: 'heartbeat' }>, status: Health, report: ProbeReport | null): string {
  // It asks nobody: it is as whoever it follows is.
  if (check.type === 'alias') return `whoever ${JSON.stringify(check.id)} follows passing`;
  const { successBeforePassing } = check.probe.thresholds;
  // Only who is critical has to look well several times.
  const needed = status === 'critical' ? successBeforePassing : 1;
  const so = report === null || status !== 'critical' ? 0 : Math.min(report.streak.successes, needed - 1);
  return `${counted(needed - so, so > 0 ? 'more passing probe' : 'passing probe')} of ${JSON.stringify(check.id)}${needed - so > 1 ? ' in a row' : ''}`;
}
