/**
 * Who has been critical for so long that it departs, as far as the guard lets it. Those who are due lie in a bag; as long
 * as the budget lasts some are drawn from it at random and leave, and the others are marked as held, for everybody to see.
 */
import type { Instance } from '../catalog/instance.js';
import { ServiceName } from '../catalog/names.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Random } from '../ports/random.js';
import type { StillSilent } from './checks.js';
import { instanceNaming, instanceText } from './calling.js';
import type { CompanyDesk } from './company-desk.js';
import type { GuardBook } from './guard-book.js';
import { departureOf, holdOf, type Judgement } from './judgement.js';
import { fencedError, type JudgementWriter } from './judgement-writer.js';
import type { AttendanceMeters } from './meters.js';
import { BATCH_MAX, LOOKS_PER_TURN_MAX, RETRY_MS, ROWS_PER_TURN_MAX, TICK_MS, WHEEL_BUCKETS } from './pace.js';
import { RandomBag } from './random-bag.js';
import { Roll } from './roll.js';
import { OTHERS } from './shared-rows.js';
import { departureTerm, hearingMs, remainingTermMs, type DepartureTerm } from './terms.js';

export interface DeparturesOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Attended time, see attended-time.ts. */
  readonly now: () => number;
  readonly guard: GuardBook;
  readonly writer: JudgementWriter;
  readonly meters: AttendanceMeters;
  /** How many the view shows as held. */
  readonly held: () => number;
  /** It has been heard again, and the log has yet to learn of it. */
  readonly isReturning: (ref: InstanceRef) => boolean;
  /** Whom of them no other node has heard either; on a cluster it asks. */
  readonly stillSilent: (instances: readonly Instance[]) => Promise<StillSilent>;
  /** On a cluster: whom it looks after. */
  readonly desk: Pick<CompanyDesk, 'isOurs'> | null;
}

export class Departures {
  readonly #options: DeparturesOptions;
  /** Every critical instance that has a term. Its deadline is when that is over. */
  readonly #roll: Roll<Instance>;
  /** Those whose term is over. */
  readonly #due: RandomBag;
  /** Those of them whom nobody has marked yet. */
  readonly #unmarked = new Set<number>();
  /** Those who may go whatever the guard says, by an operator's word; for as long as their term stays over. */
  readonly #released = new Set<number>();
  #writing: Promise<void> | null = null;
  #pausedUntilMs = -Infinity;
  #cancelTurn: (() => void) | null = null;
  #closed = false;
  /** The next row to be looked through after duty moved; `null` when all were. */
  #passAt: number | null = null;

  constructor(options: DeparturesOptions) {
    const { random, now } = options;
    this.#options = options;
    this.#roll = new Roll<Instance>(instanceNaming, { tickMs: TICK_MS, buckets: WHEEL_BUCKETS, nowMs: now() });
    this.#due = new RandomBag(random);
  }

  /** How many should depart and have not. */
  get due(): number {
    return this.#due.size;
  }

  /** What the view says of an instance; `null` for one that has left. */
  take(ref: InstanceRef, instance: Instance | null): void {
    const row = this.#rowOf(ref);
    const term = instance === null ? null : departureTerm(instance, this.#options.clock.wallMs());
    if (instance === null || term === null) {
      if (row !== undefined) this.#leave(row);
    } else if (row === undefined) this.#enter(instance, term);
    else this.#stay(row, instance, term);
  }

  takeAll(instances: Iterable<Instance>): void {
    const there = new Set<Instance>();
    for (const instance of instances) {
      this.take(instance, instance);
      there.add(instance);
    }
    for (const row of this.#roll.rowsUnless((instance) => there.has(instance))) this.#leave(row);
  }

  /** One slice of what has come due, and a batch of departures. Answers whether there is more of the first. */
  tick(nowMs: number): boolean {
    const rows = this.#roll.take(nowMs, LOOKS_PER_TURN_MAX);
    for (const row of rows) this.#look(row, nowMs);
    this.go();
    return this.#pass() || rows.length === LOOKS_PER_TURN_MAX;
  }

  /** Duty has moved: those who are ours now have a term with us, the others no longer. */
  lookThrough(): void {
    this.#passAt = 0;
  }

  /** Lets somebody go, or marks somebody, if that is possible now. Called whenever the guard may have more to give. */
  go(): void {
    if (this.#closed || this.#writing !== null || this.#options.now() < this.#pausedUntilMs) return;
    const work = this.#next();
    if (work === null) return;
    this.#writing = this.#writeAndGoOn(work);
  }

  /** An operator's word about some of those who should have departed. Answers how many they are. */
  release(isMeant: (instance: Instance) => boolean): number {
    const meant = [...this.#due, ...this.#heldElsewhere()].filter((row) => {
      const instance = this.#roll.subject(row);
      return instance !== null && isMeant(instance);
    });
    for (const row of meant) {
      this.#due.add(row);
      this.#released.add(row);
    }
    this.go();
    return meant.length;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTurn?.();
    await this.#writing;
  }

  #enter(instance: Instance, term: DepartureTerm): void {
    const row = this.#roll.enter(instance);
    if (!this.#isOurs(instance)) this.#roll.mark(row, OTHERS);
    this.#setTerm(row, instance, term);
  }

  #stay(row: number, instance: Instance, term: DepartureTerm): void {
    const subject = this.#roll.subject(row);
    const before = subject && departureTerm(subject, this.#options.clock.wallMs());
    this.#roll.setSubject(row, instance);
    if (before?.termMs !== term.termMs || before.of !== term.of) {
      this.#forget(row);
      this.#setTerm(row, instance, term);
    } else if (instance.held) this.#unmarked.delete(row);
  }

  #leave(row: number): void {
    this.#forget(row);
    this.#roll.leave(row);
  }

  #forget(row: number): void {
    this.#due.delete(row);
    this.#unmarked.delete(row);
    this.#released.delete(row);
  }

  #setTerm(row: number, instance: Instance, { termMs, sinceMs }: DepartureTerm): void {
    const { now, clock } = this.#options;
    const wallNowMs = clock.wallMs();
    const deadlineMs = now() + remainingTermMs({ hearingMs: hearingMs(instance), deregisterAfterMs: termMs, sinceMs, wallNowMs });
    this.#roll.table.setDeadlineMs(row, deadlineMs);
    if (!this.#roll.has(row, OTHERS)) this.#roll.wakeAt(row, deadlineMs);
  }

  #isOurs(instance: Instance): boolean {
    return this.#options.desk?.isOurs(instanceText(instance)) ?? true;
  }

  /** One slice of the rows, if duty moved. Answers whether there are more. */
  #pass(): boolean {
    if (this.#passAt === null) return false;
    const end = Math.min(this.#roll.used, this.#passAt + ROWS_PER_TURN_MAX);
    for (let row = this.#passAt; row < end; row++) this.#assign(row);
    this.#passAt = end === this.#roll.used ? null : end;
    return this.#passAt !== null;
  }

  #assign(row: number): void {
    const instance = this.#roll.subject(row);
    if (instance === null || this.#isOurs(instance) !== this.#roll.has(row, OTHERS)) return;
    if (this.#roll.has(row, OTHERS)) {
      this.#roll.unmark(row, OTHERS);
      const term = departureTerm(instance, this.#options.clock.wallMs());
      if (term !== null) this.#setTerm(row, instance, term);
    } else {
      this.#forget(row);
      this.#roll.mark(row, OTHERS);
      this.#roll.wakeAt(row, Infinity);
    }
  }

  /** Another node looks after them, and has marked them: an operator's word lets them go from anywhere. */
  *#heldElsewhere(): Iterable<number> {
    if (this.#options.desk === null) return;
    for (let row = 0; row < this.#roll.used; row++) {
      if (this.#roll.has(row, OTHERS) && this.#roll.subject(row)?.held === true && !this.#roll.isPinned(row)) yield row;
    }
  }

  #look(row: number, nowMs: number): void {
    const instance = this.#roll.subject(row);
    const deadlineMs = this.#roll.table.deadlineMs(row);
    if (instance === null || this.#roll.isPinned(row) || this.#roll.has(row, OTHERS)) return;
    if (nowMs < deadlineMs) return this.#roll.wakeAt(row, deadlineMs);
    if (this.#options.isReturning(instance)) return this.#roll.wakeAt(row, nowMs + RETRY_MS);
    this.#due.add(row);
    if (!instance.held) this.#unmarked.add(row);
  }

  /** What to write next: departures by an operator's word and others while the budget lasts, then marks, and at last that nobody waits any more. */
  #next(): Work | null {
    const { guard, held } = this.#options;
    const released = firstOf(this.#released, BATCH_MAX, (row) => this.#due.has(row));
    for (const row of released) this.#due.delete(row);
    if (released.length > 0) return { rows: released, act: 'release' };
    const rows = this.#due.take(Math.min(guard.left, BATCH_MAX));
    if (rows.length > 0) return { rows, act: 'departure' };
    const unmarked = firstOf(this.#unmarked, BATCH_MAX, () => true);
    if (unmarked.length > 0) return { rows: unmarked, act: 'hold' };
    return guard.state.holding && this.#due.size === 0 && held() === 0 ? { rows: [], act: 'let go' } : null;
  }

  async #writeAndGoOn(work: Work): Promise<void> {
    await this.#write(work);
    this.#writing = null;
    // Others have their turn between two batches.
    if (!this.#closed) this.#cancelTurn = this.#options.clock.after(0, () => this.go());
  }

  async #write({ rows, act }: Work): Promise<void> {
    const { guard, meters, log, now } = this.#options;
    for (const row of rows) this.#unmarked.delete(row);
    for (const row of rows) this.#roll.pin(row);
    try {
      if (act === 'let go') await guard.letGo();
      else meters.verdicts[act === 'hold' ? 'hold' : 'departure'].add(await this.#judge(rows, act));
    } catch (error) {
      meters.failures.add();
      log.warn('departures could not be written; they are tried again', { count: rows.length, reason: String(error) });
      this.#pausedUntilMs = now() + RETRY_MS;
      await guard.refresh().catch(() => undefined);
    }
    // Who is still here is looked at again: who was marked goes back into the bag, who was heard meanwhile does not.
    for (const row of rows) if (this.#roll.unpin(row)) this.#look(row, now());
  }

  /** Answers how many were written. */
  async #judge(rows: readonly number[], act: Exclude<Work['act'], 'let go'>): Promise<number> {
    const { guard, writer, clock, held, isReturning, stillSilent } = this.#options;
    const wallMs = clock.wallMs();
    const there = rows.map((row) => this.#roll.subject(row)).filter((one) => one !== null && !isReturning(one)) as readonly Instance[];
    const still = act === 'hold' ? null : await stillSilent(there);
    const instances = there.filter((one) => still?.silent.has(one) ?? true);
    const judgements = instances.map((one): Judgement => (act === 'hold' ? holdOf(one, wallMs) : departureOf(one, wallMs)));
    if (judgements.length === 0) return 0;
    const markedOfThese = instances.filter((one) => one.held).length;
    const holding = this.#due.size > 0 || held() > markedOfThese;
    const beside = { departure: () => guard.spend(holding), release: () => guard.pardon(holding), hold: () => guard.hold() }[act]();
    const { written, fenced } = await writer.write(judgements, (count) => {
      if (still?.counts() === false) throw fencedError();
      return beside(count);
    });
    if (fenced) throw fencedError();
    return written.length;
  }

  #rowOf(ref: InstanceRef): number | undefined {
    const rows = this.#roll.rows(ref.namespace, ref.id);
    if (rows.length === 0) return undefined;
    const folded = ServiceName.fold(ref.service);
    return rows.find((row) => {
      const service = this.#roll.subject(row)?.service;
      return service !== undefined && ServiceName.fold(service) === folded;
    });
  }
}

interface Work {
  readonly rows: readonly number[];
  readonly act: 'departure' | 'release' | 'hold' | 'let go';
}

function firstOf(rows: Iterable<number>, count: number, fits: (row: number) => boolean): readonly number[] {
  const first: number[] = [];
  for (const row of rows) {
    if (first.length === count) break;
    if (fits(row)) first.push(row);
  }
  return first;
}
