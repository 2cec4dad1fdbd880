/**
 * Time as far as this node was there to see it. A teacher who fell asleep does not mark everybody absent who
 * answered meanwhile: a node that was suspended, or starved of its processor, could not hear the heartbeats of
 * that while. So the clock that deadlines live on stands still while the node is away, and every deadline is
 * extended by what was missed without anybody touching it.
 */

/** Gaps up to this many ticks are ordinary lateness, and nobody's excuse. */
const EXCUSED_AFTER_TICKS = 3;

export class AttendedTime {
  readonly #tickMs: number;
  #lastTickMs: number;
  #missedMs = 0;

  constructor(tickMs: number, monotonicMs: number) {
    this.#tickMs = tickMs;
    this.#lastTickMs = monotonicMs;
  }

  /** The node's own pulse, once per tick. Answers how much it had missed since the last one: 0 when all is well. */
  tick(monotonicMs: number): number {
    const missedMs = this.#notice(monotonicMs);
    this.#lastTickMs = monotonicMs;
    return missedMs;
  }

  /** Never goes back. Who wakes up hears heartbeats before its own pulse, so a gap is noticed here too. */
  now(monotonicMs: number): number {
    this.#notice(monotonicMs);
    return monotonicMs - this.#missedMs;
  }

  #notice(monotonicMs: number): number {
    const gapMs = monotonicMs - this.#lastTickMs;
    if (gapMs <= EXCUSED_AFTER_TICKS * this.#tickMs) return 0;
    const missedMs = gapMs - this.#tickMs;
    this.#missedMs += missedMs;
    this.#lastTickMs = monotonicMs;
    return missedMs;
  }
}
