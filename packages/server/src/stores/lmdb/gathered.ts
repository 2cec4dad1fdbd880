/** What is durable in the write-ahead log and not in the tables yet. */
import { emptyLayer, OrderedMap, setChange, type Differences, type Entry, type Layer, type LeaseId, type TextRange } from '@rollcall/core';
import type { TimedBatch } from './codec.js';
import type { LeaseRecord } from './frame.js';
import type { Cell, Recent } from './recent.js';
import { batchOf, countOf, lastOf, type Stretch } from './stretch.js';

/** So many are sorted at a time, within a millisecond: a pass that began with sorting all of them would hold everybody up. */
const RUN_CELLS = 4_096;

export class Gathered implements Differences {
  readonly stretches: Stretch[] = [];
  /** Every key that changed, once, with its latest value. */
  #cells: Cell[] = [];
  readonly #recent: Recent;
  /** The same, each run in the order of its keys. */
  #runs: (readonly Cell[])[] = [];
  /** The same in order, as far as somebody asked for that: most never do. */
  #ordered = new OrderedMap<Cell>();
  /** The ttl of each lease that was granted, `null` for those revoked. */
  readonly leases: Map<LeaseId, number | null> = new Map();
  bytes = 0;
  lastRevision: number;
  /** Of the last frame of the log that is in it. */
  sequence = 0;

  /** Whatever comes follows this revision, and stands in `recent` too. */
  constructor(revision: number, recent: Recent) {
    this.lastRevision = revision;
    this.#recent = recent;
  }

  /** How many keys changed. */
  get size(): number {
    return this.#cells.length;
  }

  get(key: string): Entry | null | undefined {
    return this.#inOrder().get(key)?.entry;
  }

  keys(range: TextRange): Generator<string> {
    return this.#inOrder().keys(range);
  }

  /** All of them in the order of their keys. Nothing may be added meanwhile. */
  sorted(): Iterable<Cell> {
    this.#sort(1);
    return merged(this.#runs);
  }

  get isEmpty(): boolean {
    return this.stretches.length === 0 && this.leases.size === 0;
  }

  /** The frame of this sequence: its revisions, what they made of which key, and what became of leases. */
  add(sequence: number, stretch: Stretch | null, layer: Layer, leases: readonly LeaseRecord[]): void {
    if (stretch !== null) this.#addStretch(stretch);
    this.#recent.take(layer, this.#cells);
    this.#sort(RUN_CELLS);
    for (const record of leases) {
      if ('granted' in record) this.leases.set(record.granted.id, record.granted.ttlMs);
      else this.leases.set(record.revoked, null);
    }
    this.sequence = sequence;
  }

  /** Those of the revisions from `fromRevision` on, at most `limit`. */
  revisions(fromRevision: number, limit: number): readonly TimedBatch[] {
    const batches: TimedBatch[] = [];
    for (let at = this.#stretchOf(fromRevision); at < this.stretches.length; at++) {
      const stretch = this.stretches[at] as Stretch;
      for (let index = Math.max(0, fromRevision - stretch.firstRevision); index < countOf(stretch); index++) {
        if (batches.length === limit) return batches;
        batches.push(batchOf(stretch, index));
      }
    }
    return batches;
  }

  /** The pass with it failed: what came later is laid over this. */
  absorb(later: Gathered): void {
    this.#cells = [...this.#recent.takeBack(this.#cells), ...later.#cells];
    this.#runs = [];
    this.#ordered = new OrderedMap();
    if (later.isEmpty) return;
    for (const stretch of later.stretches) this.#addStretch(stretch);
    for (const [id, ttlMs] of later.leases) this.leases.set(id, ttlMs);
    this.sequence = later.sequence;
  }

  /** Makes runs of those that are in none, if they are at least so many. */
  #sort(cellsMin: number): void {
    let sorted = this.#runs.reduce((sum, { length }) => sum + length, 0);
    for (; this.#cells.length - sorted >= cellsMin; sorted += this.#runs.at(-1)?.length ?? 0) {
      this.#runs.push(this.#cells.slice(sorted, sorted + RUN_CELLS).sort((one, other) => (one.key < other.key ? -1 : 1)));
    }
  }

  #inOrder(): OrderedMap<Cell> {
    for (let at = this.#ordered.size; at < this.#cells.length; at++) {
      const cell = this.#cells[at] as Cell;
      this.#ordered.set(cell.key, cell);
    }
    return this.#ordered;
  }

  #addStretch(stretch: Stretch): void {
    this.stretches.push(stretch);
    this.bytes += stretch.bytes.length;
    this.lastRevision = lastOf(stretch);
  }

  /** The last stretch that begins at or before the revision, or the first. */
  #stretchOf(revision: number): number {
    let low = 0;
    let high = this.stretches.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.stretches[middle] as Stretch).firstRevision <= revision) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Runs with no key in common, as one. */
function merged(runs: readonly Iterable<Cell>[]): Iterable<Cell> {
  const [first = [], second] = runs;
  if (second === undefined) return first;
  const middle = runs.length >>> 1;
  return mergedPair(merged(runs.slice(0, middle)), merged(runs.slice(middle)));
}

function* mergedPair(one: Iterable<Cell>, other: Iterable<Cell>): Generator<Cell> {
  const others = other[Symbol.iterator]();
  let next = others.next();
  for (const cell of one) {
    for (; next.done !== true && next.value.key < cell.key; next = others.next()) yield next.value;
    yield cell;
  }
  for (; next.done !== true; next = others.next()) yield next.value;
}

/** What the revisions of a stretch made of which key. */
export function layerOf(stretch: Stretch): Layer {
  const layer = emptyLayer();
  for (let index = 0; index < countOf(stretch); index++) {
    for (const change of batchOf(stretch, index).batch.changes) setChange(layer, change);
  }
  return layer;
}
