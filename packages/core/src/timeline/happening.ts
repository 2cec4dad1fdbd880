/**
 * What happened to an instance, told from how it was before and after: pure, and the same on every node. The log says what is, not
 * who was at the keyboard (the audit file knows that), so whoever `by` names is what the change itself shows.
 */
import { departureTerm } from '../attendance/terms.js';
import { formatDuration } from '../catalog/duration.js';
import type { InstanceChange } from '../view/feed.js';
import { verdictOn, type Verdict } from '../catalog/health.js';
import type { Instance } from '../catalog/instance.js';

export const happenings = [
  'registered',
  'registered-again',
  'health',
  'check',
  'checks',
  'mode',
  'override',
  'patched',
  'held',
  'let-go',
  'departed',
] as const;

export type What = (typeof happenings)[number];

/** `caller`: somebody who asked for it, and the log does not say who. */
export const doers = ['instance', 'operator', 'machine', 'registry', 'caller'] as const;

export type Doer = (typeof doers)[number];

export interface Happening {
  readonly what: What;
  /** For people. */
  readonly text: string;
  readonly by: Doer;
  /** The one that it came through, where the log says so. */
  readonly face: string | null;
}

export interface Surroundings {
  readonly wallMs: number;
  /** The machine that it named is being removed with its instances. */
  readonly machineGoes: boolean;
}

/** A departure is written a moment after it is due, and clocks differ by a little. */
const DUE_SLACK_MS = 2_000;

export function happeningsOf(
  { previous, current }: Pick<InstanceChange, 'previous' | 'current'>,
  around: Surroundings,
): readonly Happening[] {
  if (current === null) return previous === null ? [] : [departed(previous, around)];
  if (previous === null)
    return [{ what: 'registered', text: `registered at ${placeOf(current)}`, by: 'instance', face: current.origin.face }];
  let found = nothing;
  for (const look of looks) {
    const seen = look(previous, current);
    if (seen.length > 0) found = found.length === 0 ? seen : [...found, ...seen];
  }
  return found;
}

/** Each sees to one side of an instance, and mostly finds nothing: every change of the log passes here. */
type Look = (previous: Instance, current: Instance) => readonly Happening[];

const nothing: readonly Happening[] = [];

function departed(last: Instance, { wallMs, machineGoes }: Surroundings): Happening {
  const gone = (text: string, by: Doer): Happening => ({ what: 'departed', text: `departed: ${text}`, by, face: null });
  const drain = last.intent?.mode;
  if (machineGoes) return gone(`its machine ${last.machine ?? ''} was removed`, 'operator');
  if (drain?.mode === 'draining' && drain.untilMs !== null && drain.untilMs <= wallMs + DUE_SLACK_MS)
    return gone('its drain time was over', 'registry');
  const [term, first] = [departureTerm(last, wallMs), firstCritical(last)];
  if (term !== null && term.sinceMs + term.termMs <= wallMs + DUE_SLACK_MS) {
    const held = last.held ? ', after the guard had held it' : '';
    return gone(`it had been critical for ${formatDuration(term.termMs)}${outputOf(first)}${held}`, 'registry');
  }
  // Since when its machine is critical an instance does not say, so the two cannot be told apart.
  if (term !== null && first === undefined) return gone('goodbye, or critical for too long with its machine', 'caller');
  return gone(drain?.mode === 'draining' ? 'goodbye, after draining' : 'goodbye', 'caller');
}

function registeredAgain(previous: Instance, current: Instance): readonly Happening[] {
  if (previous.revision === current.revision) return nothing;
  const isThere = previous.host === current.host && previous.port === current.port;
  const moved = isThere ? '' : `, at ${placeOf(current)} instead of ${placeOf(previous)}`;
  const isOther = previous.incarnation !== current.incarnation;
  // By a registration, or by whoever put or removed one: the log does not tell the two apart.
  if (moved === '' && hasOtherChecks(previous, current))
    return [{ what: 'checks', text: checksText(previous, current), by: 'caller', face: null }];
  const text = `registered again${isOther ? ' as another incarnation' : ', changed'}${moved}`;
  return [{ what: 'registered-again', text, by: 'instance', face: current.origin.face }];
}

function hasOtherChecks({ checks: before }: Instance, { checks: after }: Instance): boolean {
  return before.length + after.length > 0 && JSON.stringify(before) !== JSON.stringify(after);
}

function checksText(previous: Instance, current: Instance): string {
  const namesOf = ({ checks }: Instance): string => checks.map(({ id }) => JSON.stringify(id)).join(', ');
  const names = namesOf(current);
  if (names === namesOf(previous)) return 'its checks have other terms now';
  return names === '' ? 'it has no checks any more' : `its checks are ${names} now`;
}

function modeChanged(previous: Instance, current: Instance): readonly Happening[] {
  if (previous.mode === current.mode) return nothing;
  const own = current.intent?.mode ?? null;
  const before = previous.intent?.mode ?? null;
  const isOwn = own !== before;
  const by: Doer = isOwn ? (own?.owner ?? before?.owner ?? 'operator') : 'machine';
  const text = `${current.mode}${own === null || !isOwn || own.reason === '' ? '' : `: ${own.reason}`}${isOwn ? '' : ', as its machine'}`;
  return [{ what: 'mode', text, by, face: null }];
}

function overridden(previous: Instance, current: Instance): readonly Happening[] {
  const [before, after] = [previous.intent?.status ?? null, current.intent?.status ?? null];
  if (before?.health === after?.health && before?.reason === after?.reason) return nothing;
  const text = after === null ? 'its checks count again' : `said to be ${after.health}${after.reason === '' ? '' : `: ${after.reason}`}`;
  return [{ what: 'override', text, by: 'operator', face: null }];
}

function healthChanged(previous: Instance, current: Instance): readonly Happening[] {
  if (previous.health === current.health) return nothing;
  const found = newVerdict(previous, current);
  const health = (text: string, by: Doer): readonly Happening[] => [{ what: 'health', text, by, face: null }];
  if (found !== undefined) return health(`${current.health}${outputOf(found)}`, found.reason === 'heartbeat' ? 'instance' : 'registry');
  if ((previous.intent?.status ?? null) !== (current.intent?.status ?? null)) return health(current.health, 'operator');
  return previous.revision === current.revision
    ? health(`${current.health}, as its machine`, 'machine')
    : health(current.health, hasOtherChecks(previous, current) ? 'caller' : 'instance');
}

/** Those that made no difference to its health, because another one is as bad. */
function checksChanged(previous: Instance, current: Instance): readonly Happening[] {
  if (current.checks.length === 0) return nothing;
  const told = previous.health === current.health ? undefined : newVerdict(previous, current);
  return current.checks.flatMap(({ id, born }) => {
    const verdict = verdictOn(current.verdicts, id);
    const before = previous.checks.find((one) => one.id === id);
    if (verdict === undefined || verdict === told || before === undefined) return [];
    if (verdict.status === (verdictOn(previous.verdicts, id)?.status ?? before.born ?? born)) return [];
    const by: Doer = verdict.reason === 'heartbeat' ? 'instance' : 'registry';
    return [{ what: 'check', text: `the check ${JSON.stringify(id)} is ${verdict.status}${outputOf(verdict)}`, by, face: null }];
  });
}

function patched({ intent: before }: Instance, { intent: after }: Instance): readonly Happening[] {
  const said = (one: Instance['intent']): string => JSON.stringify([one?.metadata ?? {}, one?.weight ?? null, one?.tags ?? null]);
  if (before === after || said(before) === said(after)) return nothing;
  return [{ what: 'patched', text: 'metadata, weight or tags were patched', by: 'caller', face: null }];
}

function heldChanged(previous: Instance, current: Instance): readonly Happening[] {
  if (previous.held === current.held) return nothing;
  if (current.held) return [{ what: 'held', text: 'held by the guard: too many would have departed at once', by: 'registry', face: null }];
  return [{ what: 'let-go', text: 'no longer held', by: 'registry', face: null }];
}

const looks: readonly Look[] = [registeredAgain, modeChanged, overridden, healthChanged, checksChanged, patched, heldChanged];

/** The one that made the difference, if one did. */
function newVerdict(previous: Instance, current: Instance): Verdict | undefined {
  const changed = current.checks.flatMap(({ id }) => {
    const verdict = verdictOn(current.verdicts, id);
    const before = verdictOn(previous.verdicts, id);
    return verdict === undefined || (verdict.status === before?.status && verdict.sinceMs === before.sinceMs) ? [] : [verdict];
  });
  return changed.find(({ status }) => status === current.health) ?? changed[0];
}

/** The one that its term was counted from. */
function firstCritical({ checks, verdicts }: Instance): Verdict | undefined {
  const critical = checks.flatMap(({ id }) => verdictOn(verdicts, id) ?? []).filter(({ status }) => status === 'critical');
  return critical.toSorted((one, other) => one.sinceMs - other.sinceMs)[0];
}

function outputOf(verdict: Verdict | undefined): string {
  return verdict === undefined || verdict.output === '' ? '' : `: ${verdict.output}`;
}

function placeOf({ host, port }: Instance): string {
  return `${host ?? 'no host'}${port === null ? '' : `:${port}`}`;
}
