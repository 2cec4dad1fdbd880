/**
 * The rows of one kind, of which every node has all and looks after some. Rows of others hold only what was really heard here,
 * so that this node can say so when it is asked; rows of our own are looked at when their deadline comes, and lapse only when nobody
 * else has heard them either.
 */
import { answersCount, askingNow, askYoungest } from '../cluster/asking.js';
import type { NodeName } from '../cluster/node-name.js';
import type { AttendantName, Heard } from '../ports/colleagues.js';
import { elsewhereError, type CompanyDesk, type KindOfRows } from './company-desk.js';
import { RETRY_MS, ROWS_PER_TURN_MAX, TICK_MS } from './pace.js';
import { Questions } from './questions.js';
import type { Roll } from './roll.js';

/** Another node looks after this row. */
export const OTHERS = 64;
/** Its deadline does not come from a heartbeat that was heard here: it was handed over, answered, or granted. */
export const HEARSAY = 128;

/** How a kind's attendants are called among nodes. */
export interface Calling<Subject> {
  /** How their names begin: `instances`, `machines`. */
  readonly kind: string;
  /** What duty goes by, and the name goes on with: the same for all rows of a subject. Without `#`. */
  text(subject: Subject): string;
  /** What stands behind it where a subject has several rows; else empty. */
  suffix(row: number): string;
  /** Whose name that is. */
  row(text: string, suffix: string): number | undefined;
  /** It did not come in time, and that is to be said: what others may know better. */
  lapses(row: number, nowMs: number): boolean;
  /** Silence would change something: it has not lapsed already. */
  isPresent(row: number): boolean;
}

export interface SharedRowsOptions<Subject> {
  readonly desk: CompanyDesk;
  readonly calling: Calling<Subject>;
  readonly roll: Roll<Subject>;
  readonly now: () => number;
  readonly look: (row: number) => void;
}

export class SharedRows<Subject> implements KindOfRows {
  readonly kind: string;
  readonly #options: SharedRowsOptions<Subject>;
  readonly #questions: Questions;
  /** The next row to be looked through after duty moved; `null` when all were. */
  #passAt: number | null = null;

  constructor(options: SharedRowsOptions<Subject>) {
    const { desk, calling, roll, now, look } = options;
    this.kind = calling.kind;
    this.#options = options;
    this.#questions = new Questions({
      desk,
      kind: calling.kind,
      now,
      look,
      name: (row) => this.#name(row),
      ttlMs: (row) => roll.table.ttlMs(row),
      isMissing: (row) => roll.subject(row) !== null && calling.lapses(row, now()),
      heard: (row, heardMs) => this.#heardSaid(row, heardMs),
      later: (row) => roll.wakeAt(row, now() + RETRY_MS),
    });
    desk.join(this);
  }

  /** A row that was just entered. */
  enter(row: number): void {
    const { roll, calling, desk } = this.#options;
    const subject = roll.subject(row);
    if (subject !== null && !desk.isOurs(calling.text(subject))) roll.mark(row, OTHERS);
  }

  /** What the view says: for rows of others that is nobody's heartbeat. Answers whether it counts here. */
  counts(row: number): boolean {
    return !this.#options.roll.has(row, OTHERS);
  }

  /** Its heartbeat was heard here, and its deadline is written. */
  heardHere(row: number): void {
    const { roll, desk } = this.#options;
    roll.unmark(row, HEARSAY);
    if (roll.has(row, OTHERS)) desk.handing.push(this, row);
  }

  /** It has a full ttl by what the view says, which may be long ago where the view is late: it does not bring back who has lapsed since. */
  granted(row: number): void {
    this.#options.roll.mark(row, HEARSAY);
  }

  /** Whether a heartbeat of it may be taken while the log is away: it is ours, or whose it is can be reached. */
  mayTake(row: number): boolean {
    const { roll, calling, desk } = this.#options;
    const subject = roll.subject(row);
    const owner = subject === null || this.counts(row) ? null : desk.company.duty.ownerOf(calling.text(subject));
    return desk.reaches(owner === desk.company.roster.self?.name ? null : owner);
  }

  /** Heartbeats that somebody waits for. Throws where they are better heard elsewhere. */
  async hear(rows: readonly number[]): Promise<void> {
    const { desk, roll, now } = this.#options;
    const { hearing } = desk;
    if (hearing === 'apart') return this.#hearApart(rows);
    if (hearing === 'away' && !rows.every((row) => this.mayTake(row))) throw elsewhereError();
    for (const row of rows) roll.table.beat(row, now());
    rows.forEach((row) => this.heardHere(row));
  }

  /** What was refused was not heard: it must not bring anybody back later, when we are a member again. */
  async #hearApart(rows: readonly number[]): Promise<void> {
    const { desk, calling, roll, now } = this.#options;
    // We could not bring back who has lapsed.
    if (!rows.every((row) => calling.isPresent(row))) throw elsewhereError();
    const nowMs = now();
    const names = rows.map((row) => this.#name(row));
    const ageMs = (): number => now() - nowMs + desk.options.missedSince(nowMs);
    if (!(await desk.handing.tellAll(() => names.map((who) => ({ who, ageMs: ageMs() }))))) throw elsewhereError();
    const hasSlept = desk.options.wokenMs() > nowMs;
    for (const [at, row] of rows.entries()) {
      // It may have left meanwhile, and the row be somebody else's; or it lapsed while we slept, and this is older than that.
      const isThere = roll.subject(row) !== null && this.#name(row) === names[at];
      if (!isThere || (hasSlept && !calling.isPresent(row))) continue;
      // Or it was heard once more.
      if (roll.table.deadlineMs(row) < nowMs + roll.table.ttlMs(row)) roll.table.beat(row, nowMs);
    }
  }

  /** The view shows that it lapsed. Whoever said so had asked everybody: what was only hearsay does not bring it back. */
  lapsed(row: number): void {
    const { roll, desk } = this.#options;
    const { table } = roll;
    // Neither what was heard before we were suspended: nobody could ask us then, and it is older than it seems.
    const isOld = table.deadlineMs(row) - table.ttlMs(row) < desk.options.wokenMs() - TICK_MS / 2;
    if (isOld || roll.has(row, HEARSAY)) table.setDeadlineMs(row, -Infinity);
    roll.unmark(row, HEARSAY);
  }

  /** When it lapses at the earliest, whatever was heard of it. */
  deadlineMs(row: number): number {
    const { table } = this.#options.roll;
    return Math.max(table.deadlineMs(row), this.#options.desk.fullTtlFromMs + table.ttlMs(row));
  }

  /** Whether what is due about this row may be dealt with. If not, the others are asked first, and then it is looked at again. */
  isSettled(row: number, nowMs: number): boolean {
    if (!this.#options.calling.lapses(row, nowMs) || this.isSilent(row)) return true;
    this.#questions.ask(row);
    return false;
  }

  /** Nobody else had heard it when they were asked, and that is not long ago. */
  isSilent(row: number): boolean {
    return this.#questions.isSilent(row);
  }

  /** It has left, or something was written about it. */
  forget(row: number): void {
    this.#questions.forget(row);
  }

  lookThrough(): void {
    this.#passAt = 0;
  }

  /** One slice of the rows, if duty moved. Answers whether there are more. */
  tick(): boolean {
    const { roll } = this.#options;
    if (this.#passAt === null) return false;
    const end = Math.min(roll.used, this.#passAt + ROWS_PER_TURN_MAX);
    for (let row = this.#passAt; row < end; row++) this.#assign(row);
    this.#passAt = end === roll.used ? null : end;
    return this.#passAt !== null;
  }

  heardOf(row: number): { readonly heard: Heard; readonly owner: NodeName | null } | null {
    const { roll, calling, desk, now } = this.#options;
    const subject = roll.subject(row);
    if (subject === null || !Number.isFinite(roll.table.deadlineMs(row))) return null;
    const text = calling.text(subject);
    return { heard: { who: this.#name(row, text), ageMs: this.#trueAge(row, now()) }, owner: desk.company.duty.ownerOf(text) };
  }

  *present(): Iterable<{ readonly heard: Heard; readonly owner: NodeName | null }> {
    const { roll, calling, now } = this.#options;
    for (let row = 0; row < roll.used; row++) {
      // Hearsay is known to whoever said it, or was only granted, as it will be again by the node that has the duty next.
      if (roll.subject(row) === null || roll.has(row, HEARSAY) || roll.table.deadlineMs(row) <= now() || !calling.isPresent(row)) continue;
      const heard = this.heardOf(row);
      if (heard !== null) yield heard;
    }
  }

  take({ who, ageMs }: Heard): void {
    const { calling, now, roll, desk, look } = this.#options;
    const row = this.#rowOf(who);
    if (row === undefined || !(ageMs >= 0)) return;
    const nowMs = now();
    if (!calling.isPresent(row)) {
      // It waited for us to wake up, and is older than it seems.
      if (nowMs - desk.options.wokenMs() < roll.table.ttlMs(row)) return;
      // Whoever heard it may not know that it lapsed, or cannot say that it is back.
      this.#heardSaid(row, nowMs - ageMs);
      return look(row);
    }
    this.#heardSaid(row, nowMs - ageMs);
  }

  ageMs(who: AttendantName): number | null {
    const row = this.#rowOf(who);
    if (row === undefined || !Number.isFinite(this.#options.roll.table.deadlineMs(row))) return null;
    return this.#age(row, this.#options.now());
  }

  /** What the others heard of these, who lapsed and are to depart: those whom somebody heard within their ttl are not silent. */
  async anyHeard(rows: readonly number[]): Promise<{ readonly heard: readonly boolean[]; readonly counts: () => boolean }> {
    const { roll, desk } = this.#options;
    const { clock } = desk.options;
    const put = askingNow(desk.company.roster, clock);
    const [names, ttlsMs] = [rows.map((row) => this.#name(row)), rows.map((row) => roll.table.ttlMs(row))];
    const ages = names.length === 0 ? [] : await askYoungest(desk.company, names);
    return {
      heard: ttlsMs.map((ttlMs, at) => (ages[at] ?? Infinity) < ttlMs),
      counts: () => answersCount(put, desk.company.roster, clock),
    };
  }

  close(): Promise<void> {
    return this.#questions.close();
  }

  #assign(row: number): void {
    const { roll, calling, desk, now, look } = this.#options;
    const subject = roll.subject(row);
    if (subject === null) return;
    const isOurs = desk.isOurs(calling.text(subject));
    if (isOurs !== roll.has(row, OTHERS)) return;
    if (!isOurs) roll.mark(row, OTHERS);
    else {
      roll.unmark(row, OTHERS);
      // What its node before us knew of it is not known here.
      if (calling.isPresent(row)) this.#heardSaid(row, now());
    }
    look(row);
  }

  /** In attended time. */
  #heardSaid(row: number, heardMs: number): void {
    const { table } = this.#options.roll;
    const deadlineMs = heardMs + table.ttlMs(row);
    if (deadlineMs <= table.deadlineMs(row)) return;
    table.setDeadlineMs(row, deadlineMs);
    this.#options.roll.mark(row, HEARSAY);
  }

  #age(row: number, nowMs: number): number {
    const { table } = this.#options.roll;
    return Math.max(0, nowMs - (table.deadlineMs(row) - table.ttlMs(row)));
  }

  /** With what we slept through: told so, it brings nobody back who lapsed meanwhile. */
  #trueAge(row: number, nowMs: number): number {
    const ageMs = this.#age(row, nowMs);
    return ageMs + this.#options.desk.options.missedSince(nowMs - ageMs);
  }

  #name(row: number, text?: string): AttendantName {
    const { roll, calling } = this.#options;
    const subject = roll.subject(row);
    const suffix = calling.suffix(row);
    const name = `${this.kind}/${text ?? (subject === null ? '' : calling.text(subject))}`;
    return (suffix === '' ? name : `${name}#${suffix}`) as AttendantName;
  }

  #rowOf(who: AttendantName): number | undefined {
    const hash = who.indexOf('#');
    const text = who.slice(this.kind.length + 1, hash === -1 ? undefined : hash);
    return this.#options.calling.row(text, hash === -1 ? '' : who.slice(hash + 1));
  }
}
