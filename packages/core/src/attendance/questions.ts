/** The questions to the other nodes about rows whose heartbeat did not come: in batches, each row in one at a time, and what came of it. */
import { answersCount, askingNow, askYoungest, ASKED_TOGETHER_MAX, type Asking } from '../cluster/asking.js';
import { RollcallError } from '../errors.js';
import type { AttendantName } from '../ports/colleagues.js';
import { BatchQueue } from './batch-queue.js';
import type { CompanyDesk } from './company-desk.js';

export interface QuestionsOptions {
  readonly desk: CompanyDesk;
  /** For people. */
  readonly kind: string;
  readonly now: () => number;
  readonly name: (row: number) => AttendantName;
  readonly ttlMs: (row: number) => number;
  /** It is still to be asked about. */
  readonly isMissing: (row: number) => boolean;
  /** Somebody heard it then, in attended time. */
  readonly heard: (row: number, heardMs: number) => void;
  /** It is known whether it was heard, or does not matter any more: what is to be done about it? */
  readonly look: (row: number) => void;
  /** Not every node could be asked. */
  readonly later: (row: number) => void;
}

/** A question that is on its way, or what came of it: when, and by whom, it is known that nobody heard it. */
interface Asked {
  silence: Asking | null;
}

/** Questions on their way at the same time. */
const QUESTIONS_AT_ONCE_MAX = 2;

/** Between two complaints that somebody cannot be asked. */
const COMPLAIN_EVERY_MS = 10_000;

export class Questions {
  readonly #options: QuestionsOptions;
  readonly #asked = new Map<number, Asked>();
  readonly #line: BatchQueue;
  #complainedMs = -Infinity;

  constructor(options: QuestionsOptions) {
    const { clock } = options.desk.options;
    this.#options = options;
    this.#line = new BatchQueue({
      itemsMax: ASKED_TOGETHER_MAX,
      atOnceMax: QUESTIONS_AT_ONCE_MAX,
      run: (rows) => this.#ask(rows),
      turn: () => new Promise((resolve) => void clock.after(0, resolve)),
    });
  }

  /** Nothing happens if it is asked already. */
  ask(row: number): void {
    if (this.#asked.get(row)?.silence === null) return;
    this.#asked.set(row, { silence: null });
    this.#line.push(row);
  }

  /** Nobody else had heard it when they were asked, and that still counts. */
  isSilent(row: number): boolean {
    const { company, options } = this.#options.desk;
    return answersCount(this.#asked.get(row)?.silence ?? null, company.roster, options.clock);
  }

  /** It has left, or something was written about it. */
  forget(row: number): void {
    this.#asked.delete(row);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  /** Never throws. */
  async #ask(rows: readonly number[]): Promise<void> {
    const { desk, now, isMissing, name } = this.#options;
    const asked = new Map<number, Asked>();
    for (const row of rows) {
      const question = this.#asked.get(row);
      if (question === undefined || question.silence !== null) continue;
      if (isMissing(row)) asked.set(row, question);
      else this.#lookAgain(row);
    }
    if (asked.size === 0) return;
    const [nowMs, put] = [now(), askingNow(desk.company.roster, desk.options.clock)];
    const ages = await askYoungest(desk.company, [...asked.keys()].map(name)).catch((error: unknown) => this.#complain(error, asked.size));
    if (ages !== null) desk.options.meters.asked.add(asked.size);
    [...asked].forEach(([row, question], at) => {
      // It left meanwhile, and the row may be somebody else's.
      if (this.#asked.get(row) !== question) return;
      if (ages === null) this.#later(row);
      else this.#answer(row, question, ages[at] ?? null, { nowMs, put });
    });
  }

  #answer(row: number, question: Asked, ageMs: number | null, asked: { readonly nowMs: number; readonly put: Asking }): void {
    const { desk, ttlMs, heard, look } = this.#options;
    if (ageMs === null || ageMs >= ttlMs(row)) {
      question.silence = asked.put;
      return look(row);
    }
    desk.options.meters.averted.add();
    // From when it was asked, so that two nodes that ask each other never make it younger than it is.
    heard(row, asked.nowMs - ageMs);
    this.#lookAgain(row);
  }

  #lookAgain(row: number): void {
    this.#asked.delete(row);
    this.#options.look(row);
  }

  #later(row: number): void {
    this.#asked.delete(row);
    this.#options.later(row);
  }

  /** Once per while, however many they are. */
  #complain(error: unknown, count: number): null {
    const { now, desk, kind } = this.#options;
    if (now() < this.#complainedMs + COMPLAIN_EVERY_MS) return null;
    this.#complainedMs = now();
    const reason = error instanceof RollcallError ? error.message : String(error);
    desk.options.log.warn('not every node can be asked, so nobody lapses; it is tried again', { kind, count, reason });
    return null;
  }
}
