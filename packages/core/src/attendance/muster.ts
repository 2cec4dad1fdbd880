/**
 * One kind of attendants: heartbeat checks, sessions, nodes. A kind says when to look at one of them and what to do
 * then; the muster does what is the same for all: it keeps the roll, hands out whose time has come in slices that never
 * hold up the loop, in batches that share commits, a few at a time, and again after a while when writing failed.
 */
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Counter } from '../ports/meter.js';
import { BatchQueue } from './batch-queue.js';
import type { CompanyDesk } from './company-desk.js';
import { fencedError, type Beside } from './judgement-writer.js';
import { BATCH_MAX, BATCHES_AT_ONCE_MAX, LOOKS_PER_TURN_MAX, RETRY_MS, TICK_MS, WHEEL_BUCKETS } from './pace.js';
import { OWN_MARK, Roll, type Naming } from './roll.js';
import { OTHERS, SharedRows, type Calling } from './shared-rows.js';

/** What a kind of attendants has to say. */
export interface Kind {
  /** For people and for metrics: `check`, `session`, `node`. */
  readonly name: string;
  /** When there is something to do about this row: not after now for at once, `Infinity` for not until somebody calls `look`. */
  dueMs(row: number, nowMs: number): number;
  /**
   * Writes what is to be written about these, who were due when they joined the line: they may have been heard or may
   * have left since (then they have no subject), so decide again. Settles when the view shows it. What it throws
   * is logged, and all of them are looked at again after a while.
   */
  settle(rows: readonly number[]): Promise<void>;
}

export interface MusterOptions<Subject> {
  readonly kind: Kind;
  readonly naming: Naming<Subject>;
  /** On a cluster, with how it calls its attendants there. Left out: all of them are ours. */
  readonly desk?: CompanyDesk | null;
  readonly calling?: Calling<Subject>;
  readonly clock: Clock;
  readonly log: Log;
  /** Batches that could not be written. */
  readonly failures: Counter;
  /** Attended time, see attended-time.ts. */
  readonly now: () => number;
}

/** In line, or already being settled. */
const QUEUED = OWN_MARK;
/** The first mark that a kind may use for itself; there are three, before those of shared-rows.ts. */
export const KIND_MARK: number = OWN_MARK << 1;

export class Muster<Subject> {
  readonly roll: Roll<Subject>;
  /** What it has in common with the other nodes of a cluster; `null` alone. */
  readonly shared: SharedRows<Subject> | null;
  readonly #options: MusterOptions<Subject>;
  readonly #queue: BatchQueue;
  /** Callers who wait until a row is settled: only those whose heartbeat finds a verdict on its way. */
  readonly #waiting = new Map<number, (() => void)[]>();
  #complainedMs = -Infinity;

  constructor(options: MusterOptions<Subject>) {
    const { naming, clock, now, desk = null, calling } = options;
    this.#options = options;
    this.roll = new Roll<Subject>(naming, { tickMs: TICK_MS, buckets: WHEEL_BUCKETS, nowMs: now() });
    const look = (row: number): void => this.look(row);
    this.shared = desk === null || calling === undefined ? null : new SharedRows<Subject>({ desk, calling, roll: this.roll, now, look });
    this.#queue = new BatchQueue({
      itemsMax: BATCH_MAX,
      atOnceMax: BATCHES_AT_ONCE_MAX,
      run: (rows) => this.#settle(rows),
      turn: () => new Promise((resolve) => void clock.after(0, resolve)),
    });
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  /** Somebody new: a sign of life for the node that looks after it. Whoever was heard right here beats, too. */
  enter(subject: Subject, ttlMs: number): number {
    const row = this.newcomer(subject);
    this.setTtlMs(row, ttlMs);
    this.told(row);
    this.look(row);
    return row;
  }

  /** The same, where its ttl and what the view says of it are still to be taken down. */
  newcomer(subject: Subject): number {
    const row = this.roll.enter(subject);
    this.roll.table.setDeadlineMs(row, -Infinity);
    this.shared?.enter(row);
    return row;
  }

  /** What it was heard last stays what it was. */
  setTtlMs(row: number, ttlMs: number): void {
    const { table } = this.roll;
    if (this.isOthers(row)) table.setDeadlineMs(row, table.deadlineMs(row) - table.ttlMs(row) + ttlMs);
    table.setTtlMs(row, ttlMs);
  }

  /** The view shows a sign of life. That is heard by the node that looks after it, and by no other: they say only what they heard themselves. */
  told(row: number): void {
    if (this.isOthers(row)) return;
    this.roll.table.beat(row, this.#options.now());
    this.shared?.granted(row);
  }

  leave(row: number): void {
    this.shared?.forget(row);
    this.roll.leave(row);
  }

  /** I am here: one number, and the wheel is not touched. */
  beat(row: number): void {
    this.roll.table.beat(row, this.#options.now());
    this.shared?.heardHere(row);
  }

  /** The same of some, by somebody who waits for it. Throws where it is better heard elsewhere, which on a node alone it never is. */
  async hear(rows: readonly number[]): Promise<void> {
    if (this.shared !== null) return this.shared.hear(rows);
    for (const row of rows) this.beat(row);
  }

  /** Another node looks after it: silence is not for us to judge. */
  isOthers(row: number): boolean {
    return this.roll.has(row, OTHERS);
  }

  /** Whether a lapse may be written: on a cluster only if nobody else had heard it when they were asked just now. */
  mayLapse(row: number): boolean {
    return this.shared?.isSilent(row) ?? true;
  }

  /** Beside lapses: a node that was suspended before it could write them has to ask again. */
  besideLapses(rows: readonly number[]): Beside {
    return () => {
      if (!rows.every((row) => this.mayLapse(row))) throw fencedError();
      return { when: [], then: [] };
    };
  }

  /** When it lapses, if nothing more is heard of it. */
  deadlineMs(row: number): number {
    return this.shared?.deadlineMs(row) ?? this.roll.table.deadlineMs(row);
  }

  /** How long ago it was heard, or granted that it had been; as this node knows it, `null` for never. */
  ageMs(row: number): number | null {
    const { table } = this.roll;
    const heardMs = table.deadlineMs(row) - table.ttlMs(row);
    return Number.isFinite(heardMs) ? Math.max(0, this.#options.now() - heardMs) : null;
  }

  /** Something about this row has changed, or its time may have come. */
  look(row: number): void {
    if (this.roll.has(row, QUEUED)) return;
    const nowMs = this.#options.now();
    const dueMs = this.#options.kind.dueMs(row, nowMs);
    if (dueMs > nowMs) return this.roll.wakeAt(row, dueMs);
    this.roll.wakeAt(row, Infinity);
    if (this.shared?.isSettled(row, nowMs) === false) return;
    this.roll.mark(row, QUEUED);
    this.roll.pin(row);
    this.#queue.push(row);
  }

  isQueued(row: number): boolean {
    return this.roll.has(row, QUEUED);
  }

  /** Settles when nothing is being written about the row any more, whatever came of it. */
  settled(row: number): Promise<void> {
    if (!this.roll.has(row, QUEUED)) return Promise.resolve();
    return new Promise((resolve) => {
      const line = this.#waiting.get(row);
      if (line === undefined) this.#waiting.set(row, [resolve]);
      else line.push(resolve);
    });
  }

  /** One slice of what has come due. Answers whether there is more: then call again after a turn. */
  tick(nowMs: number): boolean {
    const rows = this.roll.take(nowMs, LOOKS_PER_TURN_MAX);
    for (const row of rows) this.look(row);
    const isMoving = this.shared?.tick() ?? false;
    return rows.length === LOOKS_PER_TURN_MAX || isMoving;
  }

  /** Settles when nothing is being written any more. */
  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), this.shared?.close()]);
    for (const row of this.#waiting.keys()) this.#tell(row);
  }

  async #settle(rows: readonly number[]): Promise<void> {
    const { kind, now } = this.#options;
    let retryMs = 0;
    try {
      await kind.settle(rows);
    } catch (error) {
      retryMs = RETRY_MS;
      this.#options.failures.add();
      this.#complain(error, rows.length);
    }
    const nowMs = now();
    for (const row of rows) {
      this.roll.unmark(row, QUEUED);
      this.shared?.forget(row);
      // Not at once, though it should still be due: whoever overtook us has to arrive in the view first.
      if (this.roll.unpin(row)) this.roll.wakeAt(row, Math.max(kind.dueMs(row, nowMs), nowMs + retryMs));
      this.#tell(row);
    }
  }

  /** Once per while, however many fail. */
  #complain(error: unknown, count: number): void {
    const { kind, log, now } = this.#options;
    const nowMs = now();
    if (nowMs < this.#complainedMs + RETRY_MS) return;
    this.#complainedMs = nowMs;
    log.warn('verdicts could not be written; they are tried again', { kind: kind.name, count, reason: String(error) });
  }

  #tell(row: number): void {
    const line = this.#waiting.get(row);
    if (line === undefined) return;
    this.#waiting.delete(row);
    for (const resolve of line) resolve();
  }
}
