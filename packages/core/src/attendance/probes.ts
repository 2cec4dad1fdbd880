/**
 * What is probed: who looks after whom, and what of that goes into the log. The prober (prober.ts) works through a list of
 * doors somewhere else; here it is told which doors those are, and what it finds becomes a verdict where it differs from what
 * the log says. An unchanged finding costs no commit.
 *
 * It goes by what the view shows, as all of attendance does: a finding that could not be written, or that somebody overwrote,
 * is found again to differ, and written again.
 */
import { verdictOn, worseHealth, type Verdict, type Verdicts } from '../catalog/health.js';
import type { Check, ProbedCheck } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { calmInMs, isFlappingAt, restless, still, turned, type Restlessness } from '../probing/flapping.js';
import type { CheckSpec, ProbeSpec } from '../probing/probe-spec.js';
import type { ProbeNews, ProbeOrder, ProbeReport } from '../probing/prober.js';
import { isSame } from '../registrar/same.js';
import { DueLine } from './due-line.js';
import { probeVerdict } from './judgement.js';
import type { AttendanceMeters } from './meters.js';

/** Where probes are run. What it finds it tells `Attendance.found`. */
export interface ProbeRunner<Spec = ProbeSpec> {
  order(order: ProbeOrder<Spec>): void;
  drop(key: string): void;
  /** How each stands, in order; `null` for what is not probed, or where that is not known within a moment. Never rejects. */
  reports(keys: readonly string[]): Promise<readonly (ProbeReport | null)[]>;
}

/** Who is probed, an instance or a machine, as the view shows it. */
interface Subject {
  readonly checks: readonly Check[];
  readonly verdicts: Verdicts;
  readonly registeredAtMs: number;
}

/** What was found about somebody that the log does not say, by the ids of the checks. */
export interface Findings<One> {
  readonly subject: One;
  readonly verdicts: Verdicts;
}

export interface ProbesOptions<Ref, One extends Ref & Subject> {
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: ProbeRunner<CheckSpec>;
  readonly meters: Pick<AttendanceMeters, 'failures'>;
  /** What it is called: without a `#`, and like nobody of another kind. */
  readonly text: (ref: Ref) => string;
  /** Whether this node looks after it. */
  readonly isOurs: (text: string) => boolean;
  /** Settles when the view shows what could be written: nobody, perhaps, where others changed all of them meanwhile. */
  readonly write: (found: readonly Findings<One>[]) => Promise<void>;
}

interface Probed<One> {
  subject: One;
  /** By the ids of their checks. */
  readonly doors: Map<string, Door>;
}

interface Door {
  check: ProbedCheck;
  /** What the prober says; `null` as long as it has said nothing. */
  found: ProbeNews | null;
  isOrdered: boolean;
  restlessness: Restlessness;
  /** Until it may be calm. */
  stopWaiting: (() => void) | null;
}

export class Probes<Ref, One extends Ref & Subject> {
  readonly #options: ProbesOptions<Ref, One>;
  /** Those that have something to be probed, ours or not. */
  readonly #probed = new Map<string, Probed<One>>();
  /** About whom something is to be written. */
  readonly #line: DueLine;

  constructor(options: ProbesOptions<Ref, One>) {
    const { clock, log, meters, write } = options;
    this.#options = options;
    this.#line = new DueLine({
      clock,
      isDue: (text) => this.#isDue(text),
      write: async (texts) => {
        const found = texts.flatMap((text) => this.#findingsOn(text));
        if (found.length > 0) await write(found);
      },
      failed(error, count) {
        meters.failures.add();
        log.warn('what probes found could not be written; it is tried again', { count, reason: String(error) });
      },
    });
  }

  /** What the view says of somebody; `null` for one that has left. */
  take(ref: Ref, subject: One | null): void {
    const isProbed = subject !== null && subject.checks.some(({ type }) => type !== 'heartbeat');
    // So it is with nearly everybody, a million of them perhaps.
    if (!isProbed && this.#probed.size === 0) return;
    const text = this.#options.text(ref);
    const known = this.#probed.get(text);
    if (!isProbed) {
      if (known !== undefined) this.#leave(text, known);
      return;
    }
    const checks = subject.checks.filter((check) => check.type !== 'heartbeat');
    const probed = known ?? { subject, doors: new Map<string, Door>() };
    probed.subject = subject;
    this.#probed.set(text, probed);
    for (const [id, door] of probed.doors) if (!checks.some((check) => check.id === id)) this.#close(text, probed, door);
    for (const check of checks) this.#attend(text, probed, check);
    this.#look(text, probed);
  }

  /** Everybody whom the view shows; whoever is not among them has left. */
  takeAll(subjects: Iterable<One>): void {
    const left = new Set(this.#probed.keys());
    for (const subject of subjects) {
      if (left.size > 0) left.delete(this.#options.text(subject));
      this.take(subject, subject);
    }
    for (const text of left) {
      const probed = this.#probed.get(text);
      if (probed !== undefined) this.#leave(text, probed);
    }
  }

  /** Duty may have moved. */
  lookThrough(): void {
    for (const { subject } of this.#probed.values()) this.take(subject, subject);
  }

  /** What the prober found. */
  found(news: ProbeNews): void {
    const [text = '', id = ''] = news.key.split('#');
    const probed = this.#probed.get(text);
    const door = probed?.doors.get(decodeURIComponent(id));
    // It was dropped while that was on its way.
    if (probed === undefined || door?.isOrdered !== true) return;
    const before = door.found?.status ?? verdictOn(probed.subject.verdicts, door.check.id)?.status ?? door.check.born;
    // To be found for the first time is no turn.
    if (before !== 'starting' && before !== news.status) door.restlessness = turned(door.restlessness, this.#options.clock.monotonicMs());
    door.found = news;
    this.#await(text, door);
    this.#look(text, probed);
  }

  /** How its checks stand, by their ids: those that are probed here. */
  async reports(ref: Ref): Promise<ReadonlyMap<string, ProbeReport>> {
    const text = this.#options.text(ref);
    const ids = [...(this.#probed.get(text)?.doors.values() ?? [])].filter((door) => door.isOrdered).map(({ check }) => check.id);
    const reports = ids.length === 0 ? [] : await this.#options.runner.reports(ids.map((id) => keyOf(text, id)));
    return new Map(ids.flatMap((id, at) => (reports[at] ? [[id, reports[at]] as const] : [])));
  }

  async close(): Promise<void> {
    for (const { doors } of this.#probed.values()) for (const door of doors.values()) door.stopWaiting?.();
    await this.#line.close();
  }

  #attend(text: string, { subject, doors }: Probed<One>, check: ProbedCheck): void {
    const door = doors.get(check.id) ?? { check, found: null, isOrdered: false, restlessness: still, stopWaiting: null };
    const isNew = !doors.has(check.id);
    const isOther = !isSame(door.check.probe, check.probe);
    // Something else is asked: what was answered before answers nothing.
    if (!isSame(door.check.probe.spec, check.probe.spec) && door.isOrdered) this.#drop(text, door);
    doors.set(check.id, door);
    door.check = check;
    const isOurs = this.#options.isOurs(text);
    if (isOurs && (isNew || isOther || !door.isOrdered)) this.#order(text, subject, door);
    else if (!isOurs && door.isOrdered) this.#drop(text, door);
  }

  #order(text: string, subject: Subject, door: Door): void {
    const { runner, clock } = this.#options;
    const { id, born, probe } = door.check;
    const said = verdictOn(subject.verdicts, id);
    if (!door.isOrdered && said?.flapping === true) {
      // Somebody else saw it turn: until it is found to be still it is as that one said.
      door.restlessness = restless(clock.monotonicMs());
      door.found = { key: keyOf(text, id), status: said.status, output: said.output, wallMs: said.sinceMs };
      this.#await(text, door);
    }
    door.isOrdered = true;
    runner.order({
      key: keyOf(text, id),
      spec: probe.spec,
      intervalMs: probe.intervalMs,
      timeoutMs: probe.timeoutMs,
      thresholds: probe.thresholds,
      status: said?.status ?? born,
      ...(said === undefined && born === 'critical' ? { isNew: true } : {}),
      ageMs: Math.max(0, clock.wallMs() - subject.registeredAtMs),
    });
  }

  #drop(text: string, door: Door): void {
    door.isOrdered = false;
    door.found = null;
    door.restlessness = still;
    door.stopWaiting?.();
    door.stopWaiting = null;
    this.#options.runner.drop(keyOf(text, door.check.id));
  }

  #close(text: string, { doors }: Probed<One>, door: Door): void {
    if (door.isOrdered) this.#drop(text, door);
    doors.delete(door.check.id);
  }

  #leave(text: string, probed: Probed<One>): void {
    for (const door of probed.doors.values()) this.#close(text, probed, door);
    this.#probed.delete(text);
    this.#line.delete(text);
  }

  /** Nobody wakes whoever has become still. */
  #await(text: string, door: Door): void {
    const { clock } = this.#options;
    door.stopWaiting?.();
    const inMs = calmInMs(door.restlessness, clock.monotonicMs());
    door.stopWaiting =
      inMs === 0
        ? null
        : clock.after(inMs, () => {
            const probed = this.#probed.get(text);
            if (probed !== undefined) this.#look(text, probed);
          });
  }

  #findings(probed: Probed<One>): readonly (readonly [checkId: string, verdict: Verdict])[] {
    return findings(probed, this.#options.clock.monotonicMs());
  }

  #look(text: string, probed: Probed<One>): void {
    if (this.#findings(probed).length === 0) this.#line.delete(text);
    else this.#line.add(text);
  }

  #isDue(text: string): boolean {
    const probed = this.#probed.get(text);
    return probed !== undefined && this.#findings(probed).length > 0;
  }

  #findingsOn(text: string): readonly Findings<One>[] {
    const probed = this.#probed.get(text);
    const found = probed === undefined ? [] : this.#findings(probed);
    return probed === undefined || found.length === 0 ? [] : [{ subject: probed.subject, verdicts: Object.fromEntries(found) }];
  }
}

/** What the prober says, and the log does not. */
function findings({ subject, doors }: Probed<Subject>, nowMs: number): readonly (readonly [checkId: string, verdict: Verdict])[] {
  const differing: (readonly [string, Verdict])[] = [];
  for (const { check, found, restlessness } of doors.values()) {
    const said = verdictOn(subject.verdicts, check.id);
    if (found === null) continue;
    const verdict = isFlappingAt(restlessness, nowMs) ? flappingVerdict(found, said) : probeVerdict(found);
    if (verdict.status !== (said?.status ?? check.born) || verdict.flapping !== said?.flapping) differing.push([check.id, verdict]);
  }
  return differing;
}

/** Bad news are told at once; good ones when it has been still for a while. */
function flappingVerdict(found: ProbeNews, said: Verdict | undefined): Verdict {
  const isWorse = said === undefined || worseHealth(found.status, said.status) !== said.status;
  return { ...(isWorse ? probeVerdict(found) : said), flapping: true };
}

/** Ids of checks may hold anything. */
function keyOf(text: string, checkId: string): string {
  return `${text}#${encodeURIComponent(checkId)}`;
}
