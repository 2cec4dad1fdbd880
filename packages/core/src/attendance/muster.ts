/**
 * One kind of attendants: heartbeat checks, sessions, nodes. A kind says when to look at one of them and what to do
 * then; the muster does what is the same for all: it keeps the roll, hands out whose time has come in slices that never
 * hold up the loop, in batches that share commits, a few at a time, and again after a while when writing failed.
 */
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Counter } from '../ports/meter.js';
import { BatchQueue } from './batch-queue.js';
import { BATCH_MAX, BATCHES_AT_ONCE_MAX, LOOKS_PER_TURN_MAX, RETRY_MS, TICK_MS, WHEEL_BUCKETS } from './pace.js';
import { OWN_MARK, Roll, type Naming } from './roll.js';

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
  readonly clock: Clock;
  readonly log: Log;
  /** Batches that could not be written. */
  readonly failures: Counter;
  /** Attended time, see attended-time.ts. */
  readonly now: () => number;
}

/** In line, or already being settled. */
const QUEUED = OWN_MARK;
/** The first mark that a kind may use for itself. */
export const KIND_MARK: number = OWN_MARK << 1;

export class Muster<Subject> {
  readonly roll: Roll<Subject>;
  readonly #options: MusterOptions<Subject>;
  readonly #queue: BatchQueue;
  /** Callers who wait until a row is settled: only those whose heartbeat finds a verdict on its way. */
  readonly #waiting = new Map<number, (() => void)[]>();
  #complainedMs = -Infinity;

  constructor(options: MusterOptions<Subject>) {
    const { naming, clock, now } = options;
    this.#options = options;
    this.roll = new Roll<Subject>(naming, { tickMs: TICK_MS, buckets: WHEEL_BUCKETS, nowMs: now() });
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

  /** Somebody new, heard right now. */
  enter(subject: Subject, ttlMs: number): number {
    const row = this.roll.enter(subject);
    this.roll.table.setTtlMs(row, ttlMs);
    this.beat(row);
    this.look(row);
    return row;
  }

  /** I am here: one number, and the wheel is not touched. */
  beat(row: number): void {
    this.roll.table.beat(row, this.#options.now());
  }

  /** Something about this row has changed, or its time may have come. */
  look(row: number): void {
    if (this.roll.has(row, QUEUED)) return;
    const nowMs = this.#options.now();
    const dueMs = this.#options.kind.dueMs(row, nowMs);
    if (dueMs > nowMs) return this.roll.wakeAt(row, dueMs);
    this.roll.wakeAt(row, Infinity);
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
    return rows.length === LOOKS_PER_TURN_MAX;
  }

  /** Settles when nothing is being written any more. */
  async close(): Promise<void> {
    await this.#queue.close();
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
