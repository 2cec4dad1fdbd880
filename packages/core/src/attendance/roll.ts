/**
 * The roll: everybody who has to be heard from, and by when. A million of them on one node are a million rows of
 * numbers, not a million objects: who is row 17 has a deadline in line 17 of a table, and a heartbeat writes that
 * one number. Beside the table stand one map from names to rows, and a wheel that says whose time has come.
 *
 * Rows are given out again. So whoever works on a row across an `await` pins it first: a pinned row that leaves
 * is out of the map and the wheel at once, and is only given to somebody else after it was let go.
 */
import { roomFor } from './growth.js';
import { RowTable } from './row-table.js';
import { SlotWheel, type SlotWheelOptions } from './slot-wheel.js';

/** Marks of the roll itself; a kind of attendants has those from `OWN_MARK` on. */
const PINNED = 1;
const GONE = 2;
export const OWN_MARK = 4;

const PIECE_BITS = 12;
const PIECE_ROWS: number = 1 << PIECE_BITS;
const PIECE_MASK: number = PIECE_ROWS - 1;

/** One row, or several that share a name: an instance with several checks, or services that use the same id. */
export type Rows = number | readonly number[];

/** Under which name a subject is called. Never changes for the same row. */
export interface Naming<Subject> {
  group(subject: Subject): string;
  name(subject: Subject): string;
}

const none: readonly number[] = Object.freeze([]);

export class Roll<Subject> {
  /** The numbers of each row. */
  readonly table: RowTable = new RowTable();
  /** In pieces of `PIECE_ROWS`: a single list of a million is copied for a tenth of a second when it grows. */
  readonly #subjects: (Subject | null)[][] = [];
  readonly #naming: Naming<Subject>;
  readonly #wheel: SlotWheel;
  /** One map for each group, and not a wide one: a heartbeat is a look into it, and should cost no more than that. */
  readonly #index = new Map<string, Map<string, Rows>>();
  readonly #free: number[] = [];
  /** Rows that were ever given out. */
  #used = 0;

  constructor(naming: Naming<Subject>, wheel: SlotWheelOptions) {
    this.#naming = naming;
    this.#wheel = new SlotWheel(wheel);
  }

  get size(): number {
    return this.#used - this.#free.length;
  }

  /** All rows are below this one. */
  get used(): number {
    return this.#used;
  }

  /** The names of one group, for whoever looks up many at once. */
  names(group: string): ReadonlyMap<string, Rows> | undefined {
    return this.#index.get(group);
  }

  rows(group: string, name: string): readonly number[] {
    const rows = this.#index.get(group)?.get(name);
    if (rows === undefined) return none;
    return typeof rows === 'number' ? [rows] : rows;
  }

  subject(row: number): Subject | null {
    return this.#subjects[row >>> PIECE_BITS]?.[row & PIECE_MASK] ?? null;
  }

  setSubject(row: number, subject: Subject): void {
    this.#place(row, subject);
  }

  /** A new row. Its deadline and ttl are for the caller to write. */
  enter(subject: Subject): number {
    const row = this.#free.pop() ?? this.#newRow();
    this.#place(row, subject);
    this.table.setMarks(row, 0);
    const [group, name] = [this.#naming.group(subject), this.#naming.name(subject)];
    const names = this.#index.get(group) ?? new Map<string, Rows>();
    if (names.size === 0) this.#index.set(group, names);
    const there = names.get(name);
    if (there === undefined) names.set(name, row);
    else names.set(name, typeof there === 'number' ? [there, row] : [...there, row]);
    return row;
  }

  /** Nothing happens to a row that has left. */
  leave(row: number): void {
    const subject = this.subject(row);
    if (subject === null) return;
    this.#wheel.remove(row);
    this.#place(row, null);
    this.#unname(this.#naming.group(subject), this.#naming.name(subject), row);
    if (this.has(row, PINNED)) this.mark(row, GONE);
    else this.#free.push(row);
  }

  /** The rows of all whose subject is not kept: whoever left in a history that nobody told. */
  rowsUnless(kept: (subject: Subject) => boolean): readonly number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.#used; row++) {
      const subject = this.subject(row);
      if (subject !== null && !kept(subject)) rows.push(row);
    }
    return rows;
  }

  /** How many have none of these marks: a walk over a table of numbers, some milliseconds for a million. */
  countWithout(marks: number): number {
    let count = 0;
    for (let row = 0; row < this.#used; row++) if (this.subject(row) !== null && !this.has(row, marks)) count++;
    return count;
  }

  /** Keeps the row from being given to somebody else. A row is pinned once at a time. */
  pin(row: number): void {
    this.mark(row, PINNED);
  }

  /** Answers whether who was pinned is still there. */
  unpin(row: number): boolean {
    const gone = this.has(row, GONE);
    this.unmark(row, PINNED | GONE);
    if (gone) this.#free.push(row);
    return !gone;
  }

  isPinned(row: number): boolean {
    return this.has(row, PINNED);
  }

  has(row: number, marks: number): boolean {
    return (this.table.marks(row) & marks) !== 0;
  }

  mark(row: number, marks: number): void {
    this.table.setMarks(row, this.table.marks(row) | marks);
  }

  unmark(row: number, marks: number): void {
    this.table.setMarks(row, this.table.marks(row) & ~marks);
  }

  /** Have `take` answer it when `atMs` has come: `Infinity` for never. */
  wakeAt(row: number, atMs: number): void {
    if (atMs === Infinity) this.#wheel.remove(row);
    else this.#wheel.place(row, atMs);
  }

  /** Those whose time may have come, at most `limit`; there are more as long as the answer is that long. */
  take(nowMs: number, limit: number): readonly number[] {
    return this.#wheel.take(nowMs, limit);
  }

  #newRow(): number {
    const row = this.#used++;
    if (row >= this.table.capacity) this.#grow(roomFor(row + 1));
    return row;
  }

  #place(row: number, subject: Subject | null): void {
    const piece = (this.#subjects[row >>> PIECE_BITS] ??= Array.from({ length: PIECE_ROWS }, () => null));
    piece[row & PIECE_MASK] = subject;
  }

  #grow(capacity: number): void {
    this.table.grow(capacity);
    this.#wheel.reserve(capacity);
  }

  #unname(group: string, name: string, row: number): void {
    const names = this.#index.get(group);
    const there = names?.get(name);
    if (names === undefined || there === undefined) return;
    const others = typeof there === 'number' ? [] : there.filter((other) => other !== row);
    if (others.length > 1) names.set(name, others);
    else if (others[0] !== undefined) names.set(name, others[0]);
    else names.delete(name);
    if (names.size === 0) this.#index.delete(group);
  }
}
