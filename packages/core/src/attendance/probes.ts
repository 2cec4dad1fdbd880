/**
 * What is probed: who looks after whom, and what of that goes into the log. The prober (prober.ts) works through a list of
 * doors somewhere else; here it is told which doors those are, and what it finds becomes a verdict where it differs from what
 * the log says. An unchanged finding costs no commit.
 *
 * It goes by what the view shows, as all of attendance does: a finding that could not be written, or that somebody overwrote,
 * is found again to differ, and written again.
 */
import { verdictOn } from '../catalog/health.js';
import type { Instance } from '../catalog/instance.js';
import { refText } from '../catalog/keys.js';
import type { InstanceRef, ProbedCheck } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { ProbeSpec } from '../probing/probe-spec.js';
import type { ProbeNews, ProbeOrder } from '../probing/prober.js';
import { isSame } from '../registrar/same.js';
import { probeVerdict, verdictsOn, type Judgement } from './judgement.js';
import { fencedError, type JudgementWriter } from './judgement-writer.js';
import type { AttendanceMeters } from './meters.js';
import { BATCH_MAX, RETRY_MS } from './pace.js';

/** Where probes are run. What it finds it tells `Attendance.found`. */
export interface ProbeRunner {
  order(order: ProbeOrder<ProbeSpec>): void;
  drop(key: string): void;
}

export interface ProbesOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: ProbeRunner;
  readonly writer: JudgementWriter;
  readonly meters: AttendanceMeters;
  /** Whether this node looks after it. */
  readonly isOurs: (text: string) => boolean;
}

interface Probed {
  instance: Instance;
  /** By the ids of their checks. */
  readonly doors: Map<string, Door>;
}

interface Door {
  check: ProbedCheck;
  /** What the prober says; `null` as long as it has said nothing. */
  found: ProbeNews | null;
  isOrdered: boolean;
}

export class Probes {
  readonly #options: ProbesOptions;
  /** Those that have something to be probed, ours or not. */
  readonly #probed = new Map<string, Probed>();
  /** About whom something is to be written. */
  readonly #due = new Set<string>();
  #writing: Promise<void> | null = null;
  #cancelPause: (() => void) | null = null;
  #closed = false;

  constructor(options: ProbesOptions) {
    this.#options = options;
  }

  /** What the view says of an instance; `null` for one that has left. */
  take(ref: InstanceRef, instance: Instance | null): void {
    const text = refText(ref);
    const known = this.#probed.get(text);
    const checks = instance?.checks.filter((check) => check.type !== 'heartbeat') ?? [];
    if (instance === null || checks.length === 0) {
      if (known !== undefined) this.#leave(text, known);
      return;
    }
    const probed = known ?? { instance, doors: new Map<string, Door>() };
    probed.instance = instance;
    this.#probed.set(text, probed);
    for (const [id, door] of probed.doors) if (!checks.some((check) => check.id === id)) this.#close(text, probed, door);
    for (const check of checks) this.#attend(text, probed, check);
    this.#look(text, probed);
  }

  /** Everybody whom the view shows; whoever is not among them has left. */
  takeAll(instances: Iterable<Instance>): void {
    const left = new Set(this.#probed.keys());
    for (const instance of instances) {
      if (instance.checks.length > 0) left.delete(refText(instance));
      this.take(instance, instance);
    }
    for (const text of left) {
      const probed = this.#probed.get(text);
      if (probed !== undefined) this.#leave(text, probed);
    }
  }

  /** Duty may have moved. */
  lookThrough(): void {
    for (const { instance } of this.#probed.values()) this.take(instance, instance);
  }

  /** What the prober found. */
  found(news: ProbeNews): void {
    const [text = '', id = ''] = news.key.split('#');
    const probed = this.#probed.get(text);
    const door = probed?.doors.get(decodeURIComponent(id));
    // It was dropped while that was on its way.
    if (probed === undefined || door?.isOrdered !== true) return;
    door.found = news;
    this.#look(text, probed);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPause?.();
    await this.#writing;
  }

  #attend(text: string, { instance, doors }: Probed, check: ProbedCheck): void {
    const door = doors.get(check.id) ?? { check, found: null, isOrdered: false };
    const isNew = !doors.has(check.id);
    const isOther = !isSame(door.check.probe, check.probe);
    // Something else is asked: what was answered before answers nothing.
    if (!isSame(door.check.probe.spec, check.probe.spec) && door.isOrdered) this.#drop(text, door);
    doors.set(check.id, door);
    door.check = check;
    const isOurs = this.#options.isOurs(text);
    if (isOurs && (isNew || isOther || !door.isOrdered)) this.#order(text, instance, door);
    else if (!isOurs && door.isOrdered) this.#drop(text, door);
  }

  #order(text: string, instance: Instance, door: Door): void {
    const { runner, clock } = this.#options;
    const { id, born, probe } = door.check;
    door.isOrdered = true;
    runner.order({
      key: keyOf(text, id),
      spec: probe.spec,
      intervalMs: probe.intervalMs,
      timeoutMs: probe.timeoutMs,
      thresholds: probe.thresholds,
      status: verdictOn(instance.verdicts, id)?.status ?? born,
      ageMs: Math.max(0, clock.wallMs() - instance.registeredAtMs),
    });
  }

  #drop(text: string, door: Door): void {
    door.isOrdered = false;
    door.found = null;
    this.#options.runner.drop(keyOf(text, door.check.id));
  }

  #close(text: string, { doors }: Probed, door: Door): void {
    if (door.isOrdered) this.#drop(text, door);
    doors.delete(door.check.id);
  }

  #leave(text: string, probed: Probed): void {
    for (const door of probed.doors.values()) this.#close(text, probed, door);
    this.#probed.delete(text);
    this.#due.delete(text);
  }

  #look(text: string, probed: Probed): void {
    if (findings(probed).length === 0) return void this.#due.delete(text);
    this.#due.add(text);
    this.#go();
  }

  #go(): void {
    if (this.#closed || this.#writing !== null || this.#cancelPause !== null || this.#due.size === 0) return;
    // One step later: what is found in one go shares a commit.
    this.#writing = Promise.resolve().then(() => this.#write());
  }

  async #write(): Promise<void> {
    const { writer, meters, log, clock } = this.#options;
    const texts = [...this.#due].slice(0, BATCH_MAX);
    for (const text of texts) this.#due.delete(text);
    let pauseMs = 0;
    try {
      const judgements = texts.flatMap((text) => this.#judge(text));
      if (judgements.length > 0) {
        const { written, fenced } = await writer.write(judgements);
        for (const { act } of written) meters.verdicts[act].add();
        if (fenced) throw fencedError();
      }
    } catch (error) {
      meters.failures.add();
      log.warn('what probes found could not be written; it is tried again', { count: texts.length, reason: String(error) });
      pauseMs = RETRY_MS;
    }
    // Who was overtaken still differs, and is written again when the view has what overtook it.
    for (const text of texts) {
      const probed = this.#probed.get(text);
      if (probed !== undefined && findings(probed).length > 0) this.#due.add(text);
    }
    this.#writing = null;
    if (this.#closed || this.#due.size === 0) return;
    this.#cancelPause = clock.after(pauseMs, () => {
      this.#cancelPause = null;
      this.#go();
    });
  }

  #judge(text: string): readonly Judgement[] {
    const probed = this.#probed.get(text);
    const found = probed === undefined ? [] : findings(probed);
    if (probed === undefined || found.length === 0) return [];
    return [verdictsOn(probed.instance, Object.fromEntries(found.map(({ check, news }) => [check.id, probeVerdict(news)])))];
  }
}

/** What the prober says, and the log does not. */
function findings({ instance, doors }: Probed): readonly { readonly check: ProbedCheck; readonly news: ProbeNews }[] {
  const differing: { readonly check: ProbedCheck; readonly news: ProbeNews }[] = [];
  for (const { check, found } of doors.values()) {
    const said = verdictOn(instance.verdicts, check.id)?.status ?? check.born;
    if (found !== null && found.status !== said) differing.push({ check, news: found });
  }
  return differing;
}

/** Ids of checks may hold anything; texts of instances hold no `#`. */
function keyOf(text: string, checkId: string): string {
  return `${text}#${encodeURIComponent(checkId)}`;
}
