/**
 * A lazy timing wheel for a million: a ring of buckets, one per tick, that says whose deadline may have come.
 *
 * Think of pigeon holes with one hole per second. Who must be looked at in five seconds lies five holes
 * ahead. When a hole's second comes it is emptied and everyone in it is looked at. A deadline that moved
 * meanwhile (a heartbeat came) is only noticed now, and its owner is put further ahead. So a heartbeat costs
 * one number written elsewhere and never touches the wheel, and a tick costs what is in one hole.
 *
 * It knows its guests by number only, as slots of a table. Each hole is a list threaded through two arrays of
 * numbers, eight bytes per guest: nothing is allocated, and anybody can be taken out at once.
 */
import { grownInts } from './growth.js';

export interface SlotWheelOptions {
  /** How late a deadline may be noticed. */
  readonly tickMs: number;
  /** The span of the wheel is `tickMs × buckets`; what lies beyond it is looked at once per turn. */
  readonly buckets: number;
  readonly nowMs: number;
}

const NONE = -1;

export class SlotWheel {
  readonly #tickMs: number;
  /** The first slot of each bucket. */
  readonly #heads: Int32Array;
  #next: Int32Array = new Int32Array(0);
  /** The slot before it; the first of a bucket has the bucket there (see `asBucket`); `NONE` outside the wheel. */
  #previous: Int32Array = new Int32Array(0);
  /** The latest tick whose bucket has been begun. */
  #tick: number;

  constructor({ tickMs, buckets, nowMs }: SlotWheelOptions) {
    this.#tickMs = tickMs;
    this.#heads = new Int32Array(buckets).fill(NONE);
    this.#tick = this.#tickAt(nowMs);
  }

  /** Makes room for the slots below `capacity`. */
  reserve(capacity: number): void {
    this.#next = grownInts(this.#next, capacity, NONE);
    this.#previous = grownInts(this.#previous, capacity, NONE);
  }

  /**
   * Puts the slot where `take` will find it: never before its deadline (unless that lies beyond the wheel's
   * span), and at most one tick after. A deadline that has passed is found by the next `take`.
   */
  place(slot: number, deadlineMs: number): void {
    this.remove(slot);
    const wanted = Math.ceil(deadlineMs / this.#tickMs);
    const furthest = this.#tick + this.#heads.length - 1;
    const bucket = this.#bucketAt(Math.min(Math.max(wanted, this.#tick), furthest));
    const first = this.#heads[bucket] as number;
    this.#next[slot] = first;
    if (first !== NONE) this.#previous[first] = slot;
    this.#previous[slot] = asBucket(bucket);
    this.#heads[bucket] = slot;
  }

  /** Nothing happens to a slot that is not there. */
  remove(slot: number): void {
    const previous = this.#previous[slot] as number;
    if (previous === NONE) return;
    const next = this.#next[slot] as number;
    if (previous >= 0) this.#next[previous] = next;
    else this.#heads[asBucket(previous)] = next;
    if (next !== NONE) this.#previous[next] = previous;
    this.#previous[slot] = NONE;
  }

  /**
   * Takes out those whose bucket has come, in the order of their buckets, at most `limit` of them; there are more as
   * long as the answer is that long. Look at the true deadline, and place again whose has moved.
   */
  take(nowMs: number, limit: number): number[] {
    const now = Math.max(this.#tickAt(nowMs), this.#tick);
    // After a long sleep every bucket is due, and each once.
    this.#tick = Math.max(this.#tick, now - this.#heads.length + 1);
    const taken: number[] = [];
    for (;;) {
      const bucket = this.#bucketAt(this.#tick);
      for (let slot = this.#heads[bucket] as number; slot !== NONE; slot = this.#heads[bucket] as number) {
        if (taken.length === limit) return taken;
        this.remove(slot);
        taken.push(slot);
      }
      if (this.#tick === now) return taken;
      this.#tick++;
    }
  }

  #tickAt(ms: number): number {
    return Math.floor(ms / this.#tickMs);
  }

  #bucketAt(tick: number): number {
    const buckets = this.#heads.length;
    return ((tick % buckets) + buckets) % buckets;
  }
}

/** A bucket among slots, and back: below `NONE`, where no slot is. */
function asBucket(bucket: number): number {
  return -2 - bucket;
}
