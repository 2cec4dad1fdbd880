/**
 * Why an instance is in rotation, or is not: the chain of reasons, in the order in which they count, and what would put it back.
 * Pure: all that it goes by is handed to it. It decides nothing; what it says follows from the same values that discovery
 * answers by, and the law is that the two agree (why.test.ts).
 */
import { departureTerm } from '../attendance/terms.js';
import { formatDuration } from '../catalog/duration.js';
import { isInRotation, type Instance } from '../catalog/instance.js';
import type { ModeIntent } from '../catalog/intent.js';
import type { Machine } from '../catalog/machine.js';
import type { PanicRule } from '../catalog/panic-rule.js';
import type { GuardReport, ServiceSummary } from '../face.js';
import { isEligible } from '../query/panic.js';
import { CALM_TEXT, checkText, nameOf, reportChecks, type CheckReport } from './check-report.js';
import type { Insight } from './insight.js';
import { lasting } from './wording.js';

export interface WhyFacts {
  readonly instance: Instance;
  /** The one that it names, if that is here. */
  readonly machine: Machine | null;
  readonly service: Pick<ServiceSummary, 'instances' | 'inRotation' | 'panic'>;
  readonly panicRule: PanicRule;
  /** Needed only for who is held. */
  readonly guard: GuardReport | null;
  readonly staleSinceMs: number | null;
  readonly insight: Insight;
  /** The node that says all this. */
  readonly node: string;
  readonly wallNowMs: number;
}

export const topics = [
  'mode',
  'machine-mode',
  'override',
  'check',
  'flapping',
  'doubt',
  'machine',
  'departure',
  'held',
  'panic',
  'stale',
  'duty',
] as const;

export type Topic = (typeof topics)[number];

export interface Reason {
  readonly about: Topic;
  /** As long as this is so, it is not in rotation, whatever else is. */
  readonly keepsOut: boolean;
  /** Without a capital letter or a full stop, so that it can be part of a sentence. */
  readonly text: string;
  /** Wall clock. */
  readonly sinceMs: number | null;
  /** When it ends by itself. */
  readonly untilMs: number | null;
  /** What would end it. */
  readonly remedy: string | null;
}

export interface Why {
  readonly instance: Instance;
  readonly inRotation: boolean;
  /** Discovery names it, be it only because its service panics. */
  readonly answered: boolean;
  /** Nothing is said of what is as it should be. */
  readonly reasons: readonly Reason[];
  /** Its own, then its machine's. */
  readonly checks: readonly CheckReport[];
}

export function explain(facts: WhyFacts): Why {
  const { instance, machine, service, insight } = facts;
  const own = reportChecks({
    of: 'instance',
    checks: instance.checks,
    verdicts: instance.verdicts,
    known: insight,
  });
  const machines = machine === null ? [] : reportChecks({ of: 'machine', ...machine, known: insight.machine });
  const checks = [...own, ...machines];
  const inRotation = isInRotation(instance);
  const reasons = [
    ...ofMode(facts),
    ...ofOverride(instance),
    ...ofChecks(checks, instance),
    ...ofFlapping(checks, instance),
    ...ofDoubt(checks, facts.node),
    ...ofMachine(facts),
    ...ofDeparture(facts),
    ...ofPanic(facts),
    ...ofThisNode(facts),
  ];
  return { instance, inRotation, answered: inRotation || (service.panic && isEligible(instance)), reasons, checks };
}

/** The answer in one sentence. */
export function summaryOf({ instance, inRotation, answered, reasons }: Why): string {
  const { mode, health } = instance;
  if (inRotation) return `It is in rotation: its mode is in, and its health ${health}.`;
  const because = reasons.filter(({ keepsOut }) => keepsOut).map(({ text }) => text);
  const out = `It is not in rotation: ${because.length === 0 ? `its mode is ${mode}, and its health ${health}` : because.join('; and ')}.`;
  return answered ? `${out} Callers are told of it all the same, because its service panics.` : out;
}

/** What has to happen before it is in rotation, all of it. */
export function remediesOf({ reasons }: Pick<Why, 'reasons'>): readonly string[] {
  return [...new Set(reasons.flatMap(({ keepsOut, remedy }) => (keepsOut && remedy !== null ? [remedy] : [])))];
}

const nothingMore = { keepsOut: false, sinceMs: null, untilMs: null, remedy: null } as const;

function ofMode({ instance, machine }: WhyFacts): readonly Reason[] {
  const own = instance.intent?.mode ?? null;
  const machines = machine?.modeIntent ?? null;
  return [
    ...(own === null
      ? []
      : [modeReason('mode', own, own.owner === 'instance' ? 'it says of itself that it is' : 'an operator said that it is')]),
    ...(machines === null ? [] : [modeReason('machine-mode', machines, `its machine ${machine?.name ?? ''} is`)]),
  ];
}

function modeReason(about: 'mode' | 'machine-mode', { mode, reason, owner, sinceMs, untilMs }: ModeIntent, who: string): Reason {
  const ends =
    untilMs === null ? '' : owner === 'instance' ? ', and departs when its drain time is over' : ', and is out when its drain time is over';
  return {
    about,
    keepsOut: true,
    text: `${who} ${mode}${reason === '' ? '' : ` (${reason})`}${ends}`,
    sinceMs,
    untilMs,
    remedy:
      about === 'mode'
        ? owner === 'instance'
          ? 'its mode set to in, or a new registration'
          : 'its mode set to in'
        : 'the mode of its machine set to in',
  };
}

function ofOverride({ intent }: Instance): readonly Reason[] {
  const said = intent?.status ?? null;
  if (said === null) return [];
  const text = `it was said from outside that it is ${said.health}${said.reason === '' ? '' : ` (${said.reason})`}, whatever its checks find`;
  const remedy = 'what was said of its health taken back';
  return [{ ...nothingMore, about: 'override', keepsOut: !isWell(said.health), text, sinceMs: said.sinceMs, remedy }];
}

/** Where somebody said how it is, its checks decide nothing. */
function ofChecks(checks: readonly CheckReport[], { intent, machine }: Instance): readonly Reason[] {
  const isOverruled = (intent?.status ?? null) !== null;
  return checks
    .filter(({ status }) => status !== 'passing')
    .map((check) => {
      const keepsOut = !isOverruled && !isWell(check.status);
      const text = `${checkText(check, machine)}${isOverruled ? ', which counts for nothing while somebody says how it is' : ''}`;
      return { ...nothingMore, about: 'check', keepsOut, text, sinceMs: check.sinceMs, remedy: check.remedy };
    });
}

function ofFlapping(checks: readonly CheckReport[], { machine }: Instance): readonly Reason[] {
  return checks
    .filter(({ flapping }) => flapping)
    .map((check) => {
      const text = `${nameOf(check, machine)} is flapping: it turned again and again, so bad news of it count at once, and good ones when it has been still, at most for ${CALM_TEXT}`;
      return { ...nothingMore, about: 'flapping', text, sinceMs: check.sinceMs };
    });
}

/** Once, however many of them it is so with. */
function ofDoubt(checks: readonly CheckReport[], node: string): readonly Reason[] {
  const doubted = checks.filter(({ probe }) => probe?.isDoubting === true || probe?.results[0]?.doubted === true);
  if (doubted.length === 0) return [];
  const names = doubted.map(({ id }) => JSON.stringify(id)).join(', ');
  const text = `${node} hears nothing of more than half of all that it probes, and none answers, so the silence of ${names} does not count until another node finds the same, or a target answers`;
  return [{ ...nothingMore, about: 'doubt', text }];
}

function ofMachine({ instance, machine }: WhyFacts): readonly Reason[] {
  if (instance.machine === null || machine !== null) return [];
  return [
    { ...nothingMore, about: 'machine', text: `nobody here knows its machine ${instance.machine}, which does not matter to its health` },
  ];
}

function ofDeparture({ instance, guard, wallNowMs }: WhyFacts): readonly Reason[] {
  const { held } = instance;
  if (held) return [{ ...nothingMore, about: 'held', text: heldText(guard) }];
  const term = departureTerm(instance, wallNowMs);
  if (term === null) return [];
  const untilMs = Math.max(wallNowMs, term.sinceMs + term.termMs);
  const text = `it departs when it has been critical for ${formatDuration(term.termMs)}, if nothing changes`;
  return [{ ...nothingMore, about: 'departure', text, untilMs }];
}

function heldText(guard: GuardReport | null): string {
  const begins = 'it should have departed, and the guard holds it';
  if (guard === null) return begins;
  const { departed, released, budget, windowMs, windowLeftMs } = guard;
  const left = `${departed} of ${budget + released} departures without a goodbye in ${formatDuration(windowMs)} have been`;
  return `${begins}: ${left}, and the next window begins in ${lasting(windowLeftMs)}; an operator may let it go (rollcall guard release)`;
}

function ofPanic({ instance, service, panicRule }: WhyFacts): readonly Reason[] {
  if (!service.panic) return [];
  const few = `only ${service.inRotation} of ${service.instances} instances of its service are in rotation`;
  const rule = `it panics below ${Math.round(panicRule.belowShare * 100)} % of at least ${panicRule.eligibleMin} that could be tried, or when the guard would leave it empty`;
  const who = isEligible(instance)
    ? 'so callers are told of all that could be tried, this one too'
    : 'so callers are told of all that could be tried; this one could not';
  return [{ ...nothingMore, about: 'panic', text: `${few}, ${who} (${rule})` }];
}

function ofThisNode({ insight, node, staleSinceMs, wallNowMs }: WhyFacts): readonly Reason[] {
  const age = staleSinceMs === null ? 0 : Math.max(0, wallNowMs - staleSinceMs);
  const stale = `${node} has not been able to follow the log for ${lasting(age)}, and shows what was so then`;
  const elsewhere = [
    ...(insight.isOurs ? [] : [`${insight.onDuty ?? 'no node'} looks after it`]),
    ...(insight.machine?.isOurs === false ? [`${insight.machine.onDuty ?? 'no node'} looks after its machine`] : []),
  ];
  const duty = `${elsewhere.join(', and ')}; of heartbeats and probes ${node} tells only what it knows itself`;
  return [
    ...(staleSinceMs === null ? [] : [{ ...nothingMore, about: 'stale' as const, text: stale, sinceMs: staleSinceMs }]),
    ...(elsewhere.length === 0 ? [] : [{ ...nothingMore, about: 'duty' as const, text: duty }]),
  ];
}

function isWell(health: Instance['health']): boolean {
  return health === 'passing' || health === 'warning';
}
