/**
 * A lazy timing wheel: a ring of slots, one per tick, that says whose deadline may have come.
 *
 * Think of pigeon holes with one hole per second. Who must be looked at in five seconds lies five holes
 * ahead. When a hole's second comes it is emptied and everyone in it is looked at. A deadline that moved
 * meanwhile (a heartbeat came) is only noticed now, and its key is put further ahead. So a heartbeat costs
 * one number written elsewhere and never touches the wheel, and a tick costs what is in one hole.
 */
export interface TimingWheelOptions {
  /** How late a deadline may be noticed. */
  readonly tickMs: number;
  /** The span of the wheel is `tickMs × slots`; what lies beyond it is looked at once per turn. */
  readonly slots: number;
  readonly nowMs: number;
}

export class TimingWheel<Key> {
  readonly #tickMs: number;
  readonly #slots: Set<Key>[];
  /** The latest tick that `due` has seen. */
  #tick: number;

  constructor(options: TimingWheelOptions) {
    this.#tickMs = options.tickMs;
    this.#slots = Array.from({ length: options.slots }, () => new Set<Key>());
    this.#tick = this.#tickAt(options.nowMs);
  }

  /**
   * Puts the key where `due` will find it: never before its deadline (unless that lies beyond the wheel's
   * span), and at most one tick after. A deadline that has passed is found by the next `due`. There is no
   * removing: whoever is told of a key that is gone forgets it. A key added twice may be told twice.
   */
  add(key: Key, deadlineMs: number): void {
    const wanted = Math.ceil(deadlineMs / this.#tickMs);
    const furthest = this.#tick + this.#slots.length - 1;
    this.#slot(Math.min(Math.max(wanted, this.#tick), furthest)).add(key);
  }

  /** The keys whose slot has come, in the order of their slots. Look at the true deadline, and add again what moved. */
  due(nowMs: number): Key[] {
    const now = this.#tickAt(nowMs);
    if (now < this.#tick) return [];
    const turns = Math.min(now - this.#tick + 1, this.#slots.length);
    const keys: Key[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const slot = this.#slot(this.#tick + turn);
      for (const key of slot) keys.push(key);
      slot.clear();
    }
    this.#tick = now;
    return keys;
  }

  #tickAt(ms: number): number {
    return Math.floor(ms / this.#tickMs);
  }

  #slot(tick: number): Set<Key> {
    const slots = this.#slots;
    return slots[((tick % slots.length) + slots.length) % slots.length] as Set<Key>;
  }
}
