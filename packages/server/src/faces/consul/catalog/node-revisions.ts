/**
 * When nodes last moved: of the latest ones each by itself; all others share a floor that is not below theirs. In two generations: to
 * forget the oldest one by one would mean to put every node that moves behind all others.
 */
import type { MachineName } from '@rollcall/core';

/** In a generation. */
const HELD_MAX = 5_000;

export class NodeRevisions {
  #floor = 0;
  #younger = new Map<MachineName, number>();
  #older: ReadonlyMap<MachineName, number> = new Map();
  /** Nobody in the older generation moved later. */
  #olderUpTo = 0;
  #latest = 0;

  of(name: MachineName): number {
    return this.#younger.get(name) ?? this.#older.get(name) ?? this.#floor;
  }

  moved(name: MachineName, revision: number): void {
    this.#younger.set(name, revision);
    this.#latest = Math.max(this.#latest, revision);
    if (this.#younger.size < HELD_MAX) return;
    this.#floor = Math.max(this.#floor, this.#olderUpTo);
    this.#older = this.#younger;
    this.#olderUpTo = this.#latest;
    this.#younger = new Map();
  }

  /** Nothing is known of any, but that it was not later than this. */
  reset(revision: number): void {
    this.#younger = new Map();
    this.#older = new Map();
    this.#floor = this.#latest = this.#olderUpTo = revision;
  }
}
