/**
 * Heartbeat checks: who was heard, and whose heartbeat did not come. Which checks there are is learned from the catalog,
 * so that it does not matter through which face, or through which node, somebody registered.
 */
import type { Instance } from '../catalog/instance.js';
import type { Verdict } from '../catalog/health.js';
import { ServiceName } from '../catalog/names.js';
import { isTimed, type InstanceRef, type TimedCheck } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { InstanceSelector } from '../query/find-instance.js';
import { checkSuffix, instanceCalled, instanceNaming, INSTANCES, instanceText } from './calling.js';
import type { CompanyDesk } from './company-desk.js';
import { decide, dueMs, standingOf, type Decision, type Standing } from './decide.js';
import { lapsedSinceMs, lapseVerdict, recoveryVerdict, verdictsOn, type Judgement } from './judgement.js';
import { fencedError, type JudgementWriter } from './judgement-writer.js';
import type { AttendanceMeters } from './meters.js';
import { KIND_MARK, Muster } from './muster.js';
import type { Roll } from './roll.js';
import { HEARSAY, OTHERS } from './shared-rows.js';

export interface ChecksOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Attended time, see attended-time.ts. */
  readonly now: () => number;
  readonly writer: JudgementWriter;
  readonly meters: AttendanceMeters;
  /** On a cluster. */
  readonly desk: CompanyDesk | null;
}

/** Its heartbeat did not come, as the view shows it. */
const LAPSED: number = KIND_MARK;
/** It is critical for another reason: silence changes nothing. */
const CRITICAL: number = KIND_MARK << 1;
/** A verdict on it may have left for the log; a beat that comes now has to see what becomes of that. */
const WRITING: number = KIND_MARK << 2;
/** Whoever bears none of these marks is heard by writing one number. */
const SLOW: number = LAPSED | WRITING;
/** On a cluster: there is something to do beside the number, though nobody waits for it. */
const SHARED: number = OTHERS | HEARSAY;

export interface StillSilent {
  readonly silent: ReadonlySet<Instance>;
  readonly counts: () => boolean;
}

/** Somebody may change the instance while its recovery is written: then it is written once more. */
const LOOKS_PER_BEAT = 2;

export class Checks {
  readonly #options: ChecksOptions;
  readonly #muster: Muster<Instance>;
  readonly #roll: Roll<Instance>;

  constructor(options: ChecksOptions) {
    this.#options = options;
    this.#muster = new Muster<Instance>({
      kind: {
        name: 'check',
        dueMs: (row, nowMs) => dueMs(this.#decide(row, nowMs), nowMs),
        settle: (rows) => this.#settle(rows),
      },
      naming: instanceNaming,
      calling: {
        kind: INSTANCES,
        text: instanceText,
        suffix: (row) => checkSuffix(this.#checkOf(row)),
        row: (text, suffix) => this.#rowCalled(text, suffix),
        lapses: (row, nowMs) => this.#decide(row, nowMs).act === 'lapse',
        isPresent: (row) => !this.#roll.has(row, LAPSED),
      },
      failures: options.meters.failures,
      ...options,
    });
    this.#roll = this.#muster.roll;
  }

  get size(): number {
    return this.#roll.size;
  }

  /** How many this node looks after. Walks over all of them. */
  countOurs(): number {
    return this.#roll.countWithout(OTHERS);
  }

  /** Verdicts that wait to be written. */
  get waiting(): number {
    return this.#muster.waiting;
  }

  tick(nowMs: number): boolean {
    return this.#muster.tick(nowMs);
  }

  close(): Promise<void> {
    return this.#muster.close();
  }

  /**
   * I am here, said by many at once. Answers the places of those for whom that was not enough, because they are not
   * known here, share their id, or had lapsed: ask `beat`, one by one.
   */
  beatMany(selectors: readonly InstanceSelector[]): readonly number[] {
    const { now, meters, desk } = this.#options;
    const nowMs = now();
    const hearing = desk?.hearing ?? 'usual';
    if (hearing === 'apart') return selectors.map((_, at) => at);
    const mayRefuse = hearing === 'away';
    const left: number[] = [];
    const { table } = this.#roll;
    let group: string | undefined;
    let names = this.#roll.names('');
    for (let at = 0; at < selectors.length; at++) {
      const { namespace, id, service } = selectors[at] as InstanceSelector;
      if (namespace !== group) names = this.#roll.names((group = namespace));
      const row = names?.get(id);
      const marks = typeof row === 'number' ? table.marks(row) : SLOW;
      if (typeof row !== 'number' || (marks & SLOW) !== 0 || (service !== null && !this.#isOf(row, service))) {
        left.push(at);
        continue;
      }
      if (mayRefuse && this.#muster.shared?.mayTake(row) === false) {
        left.push(at);
        continue;
      }
      table.beat(row, nowMs);
      if ((marks & SHARED) !== 0) this.#muster.shared?.heardHere(row);
    }
    meters.beats.add(selectors.length - left.length);
    return left;
  }

  /**
   * I am here. Settles when the view shows it, which is at once for whoever had not lapsed; with `false` if the
   * log would not take it (it is tried again, also without another beat), or it departed in that very moment. Nothing
   * happens for strangers. On a cluster it throws a retryable refusal where it is better heard elsewhere.
   */
  async beat(ref: InstanceRef, checkId?: string): Promise<boolean> {
    const { meters } = this.#options;
    meters.beats.add();
    const rows = this.#rowsOf(ref, checkId);
    if (rows.length === 0) return true;
    await this.#muster.hear(rows);
    for (let look = 0; look < LOOKS_PER_BEAT; look++) {
      const there = this.#rowsOf(ref, checkId);
      const slow = there.filter((row) => this.#roll.has(row, SLOW));
      if (slow.length === 0) return there.length > 0;
      for (const row of slow) this.#muster.look(row);
      await Promise.all(slow.map((row) => this.#muster.settled(row)));
    }
    const left = this.#rowsOf(ref, checkId);
    return left.length > 0 && !left.some((row) => this.#roll.has(row, SLOW));
  }

  /** Registered again in a way that heals nothing: whoever is waited for has a full ttl, and who lapsed stays so. */
  async renew(ref: InstanceRef): Promise<void> {
    const rows = this.#rowsOf(ref).filter((row) => !this.#roll.has(row, LAPSED));
    if (rows.length > 0) await this.#muster.hear(rows);
  }

  /**
   * Those who were heard by no other node within their ttl, if they lapsed; asks them all. Rejects where one of them cannot be
   * asked. `counts` says whether a verdict may still stand on that.
   */
  async stillSilent(instances: readonly Instance[]): Promise<StillSilent> {
    const { shared } = this.#muster;
    const silent = new Set(instances);
    if (shared === null) return { silent, counts: () => true };
    const rows = instances.flatMap((instance) => this.#rowsOf(instance).filter((row) => this.#roll.has(row, LAPSED)));
    const asked = rows.map((row) => this.#roll.subject(row));
    const { heard, counts } = await shared.anyHeard(rows);
    asked.forEach((instance, at) => {
      if (heard[at] === true && instance !== null) silent.delete(instance);
    });
    return { silent, counts };
  }

  /** It has been heard since it lapsed, and the log has yet to learn of it; or a node that was lost may have heard it. */
  isReturning(ref: InstanceRef): boolean {
    const nowMs = this.#options.now();
    return this.#rowsOf(ref).some((row) => this.#roll.has(row, LAPSED) && this.#muster.deadlineMs(row) > nowMs);
  }

  /** How long ago each of its checks was heard, as this node knows it. */
  agesMs(ref: InstanceRef): ReadonlyMap<string, number | null> {
    return new Map(this.#rowsOf(ref).map((row) => [this.#checkOf(row)?.id ?? '', this.#muster.ageMs(row)]));
  }

  /** What the view says of an instance; `null` for one that has left. */
  take(ref: InstanceRef, instance: Instance | null): void {
    const known = this.#rowsOf(ref);
    if (known.length > 0 || instance?.checks.some(isTimed) === true) this.#take(known, instance);
  }

  /** Everybody whom the view shows; whoever is not among them has left. */
  takeAll(instances: readonly Instance[]): void {
    // When a node starts, nobody is known: a million need not be looked for.
    if (this.#roll.size === 0) return instances.forEach((instance) => this.#take([], instance));
    for (const instance of instances) this.take(instance, instance);
    const there = new Set<Instance>(instances);
    for (const row of this.#roll.rowsUnless((instance) => there.has(instance))) this.#muster.leave(row);
  }

  #take(known: readonly number[], instance: Instance | null): void {
    const kept: number[] = [];
    instance?.checks.forEach((check, part) => {
      if (!isTimed(check)) return;
      const row = known.find((row) => this.#checkOf(row)?.id === check.id) ?? null;
      kept.push(this.#attend(row, instance, part, check));
    });
    for (const row of known) if (!kept.includes(row)) this.#muster.leave(row);
  }

  /** A registration, its first or another one, is a heartbeat; a verdict is none. */
  #attend(known: number | null, instance: Instance, part: number, check: TimedCheck): number {
    const roll = this.#roll;
    const before = known === null ? null : roll.subject(known);
    const row = known ?? this.#muster.newcomer(instance);
    const was = this.#standing(row);
    roll.setSubject(row, instance);
    roll.table.setPart(row, part);
    this.#muster.setTtlMs(row, check.ttlMs);
    const standing = standingOf(instance.verdicts, check);
    roll.unmark(row, LAPSED | CRITICAL);
    if (standing !== 'present') roll.mark(row, standing === 'lapsed' ? LAPSED : CRITICAL);
    if (standing === 'lapsed') {
      if (before === null) roll.table.setDeadlineMs(row, -Infinity);
      // Another lapse than before: where the view was read anew, the recovery in between was never shown.
      else if (lapsedSinceMs(before.verdicts, check.id) !== lapsedSinceMs(instance.verdicts, check.id)) this.#muster.shared?.lapsed(row);
    } else if (before === null || before.revision !== instance.revision) this.#muster.told(row);
    // Somebody else has heard it, or it would still be silent.
    else if (standing === 'present' && was !== 'present') this.#muster.told(row);
    this.#muster.look(row);
    return row;
  }

  #decide(row: number, nowMs: number): Decision {
    const standing = this.#standing(row);
    // What another node looks after is for that one to miss.
    if (standing === 'present' && this.#muster.isOthers(row)) return decide('critical', 0, nowMs);
    return decide(standing, standing === 'present' ? this.#muster.deadlineMs(row) : this.#roll.table.deadlineMs(row), nowMs);
  }

  #mayLapse(row: number): boolean {
    return this.#decide(row, this.#options.now()).act === 'lapse' && this.#muster.mayLapse(row);
  }

  #standing(row: number): Standing {
    return this.#roll.has(row, LAPSED) ? 'lapsed' : this.#roll.has(row, CRITICAL) ? 'critical' : 'present';
  }

  /** Decides again: whoever waited in line may have beaten, or left, in the meantime. */
  async #settle(rows: readonly number[]): Promise<void> {
    const { writer, meters } = this.#options;
    for (const row of rows) this.#roll.mark(row, WRITING);
    try {
      const lapsing = rows.filter((row) => this.#mayLapse(row));
      const judgements = this.#judge(rows);
      if (judgements.length === 0) return;
      const { written, fenced } = await writer.write(judgements, this.#muster.besideLapses(lapsing));
      for (const { act } of written) meters.verdicts[act].add();
      if (fenced) throw fencedError();
    } finally {
      for (const row of rows) this.#roll.unmark(row, WRITING);
    }
  }

  /** One judgement per instance, with all that its checks have to say. */
  #judge(rows: readonly number[]): readonly Judgement[] {
    const { now, clock } = this.#options;
    const [nowMs, wallMs] = [now(), clock.wallMs()];
    const verdicts = new Map<Instance, Record<string, Verdict>>();
    for (const row of rows) {
      const instance = this.#roll.subject(row);
      const check = this.#checkOf(row);
      const { act } = this.#decide(row, nowMs);
      if (instance === null || check === null || act === 'wait' || (act === 'lapse' && !this.#mayLapse(row))) continue;
      const verdict = act === 'lapse' ? lapseVerdict(check, wallMs) : recoveryVerdict(wallMs);
      verdicts.set(instance, { ...verdicts.get(instance), [check.id]: verdict });
    }
    return [...verdicts].map(([instance, found]) => verdictsOn(instance, found));
  }

  #rowsOf(ref: InstanceRef, checkId?: string): readonly number[] {
    const rows = this.#roll.rows(ref.namespace, ref.id);
    if (rows.length === 0) return rows;
    const fits = (row: number): boolean => this.#isOf(row, ref.service) && (checkId === undefined || this.#checkOf(row)?.id === checkId);
    // Nearly always it is one row, and that one.
    return rows.length === 1 && fits(rows[0] as number) ? rows : rows.filter(fits);
  }

  #rowCalled(text: string, suffix: string): number | undefined {
    const ref = instanceCalled(text);
    return ref && this.#rowsOf(ref).find((row) => checkSuffix(this.#checkOf(row)) === suffix);
  }

  #isOf(row: number, service: ServiceName): boolean {
    const known = this.#roll.subject(row)?.service;
    return known === service || (known !== undefined && ServiceName.fold(known) === ServiceName.fold(service));
  }

  #checkOf(row: number): TimedCheck | null {
    const check = this.#roll.subject(row)?.checks[this.#roll.table.part(row)];
    return check !== undefined && isTimed(check) ? check : null;
  }
}
