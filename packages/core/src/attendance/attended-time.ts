/**
 * Time as far as this node was there to see it. A teacher who fell asleep does not mark everybody absent who
 * answered meanwhile: a node that was suspended, or starved of its processor, could not hear the heartbeats of
 * that while. So the clock that deadlines live on stands still while the node is away, and every deadline is
 * extended by what was missed without anybody touching it.
 */

/** Gaps that are told apart. Of older ones it is only known that they were; what was heard before those is far too old to matter. */
const GAPS_MAX = 16;

/** Gaps up to this many ticks are ordinary lateness, and nobody's excuse. */
const EXCUSED_AFTER_TICKS = 3;

export class AttendedTime {
  readonly #tickMs: number;
  /** When this node was last awake to look at its clock. */
  #seenMs: number;
  #missedMs = 0;
  #missedAtTickMs = 0;
  #wokenMs = -Infinity;
  /** The last ones, the newest first: when it woke up, in attended time, and how much it had missed. */
  #gaps: readonly { readonly wokenMs: number; readonly missedMs: number }[] = [];

  constructor(tickMs: number, monotonicMs: number) {
    this.#tickMs = tickMs;
    this.#seenMs = monotonicMs;
  }

  /** The node's own pulse, once per tick. Answers how much it had missed since the last one: 0 when all is well. */
  tick(monotonicMs: number): number {
    this.now(monotonicMs);
    const missedMs = this.#missedMs - this.#missedAtTickMs;
    this.#missedAtTickMs = this.#missedMs;
    return missedMs;
  }

  /** When it last woke up after it had missed something, in attended time. That may be now: whoever asks may be the first to notice. */
  wokenMs(monotonicMs: number): number {
    this.now(monotonicMs);
    return this.#wokenMs;
  }

  /** How much it has missed since that moment of attended time. Whoever tells others how old something is, adds it. */
  missedSince(attendedMs: number, monotonicMs: number): number {
    this.now(monotonicMs);
    let missedMs = 0;
    for (const gap of this.#gaps) if (gap.wokenMs > attendedMs) missedMs += gap.missedMs;
    return missedMs;
  }

  /** Never goes back. A heartbeat may be heard before the first pulse after a sleep, so a gap is noticed here too. */
  now(monotonicMs: number): number {
    const gapMs = monotonicMs - this.#seenMs;
    this.#seenMs = monotonicMs;
    if (gapMs > EXCUSED_AFTER_TICKS * this.#tickMs) {
      this.#missedMs += gapMs - this.#tickMs;
      this.#wokenMs = monotonicMs - this.#missedMs;
      this.#gaps = [{ wokenMs: this.#wokenMs, missedMs: gapMs - this.#tickMs }, ...this.#gaps.slice(0, GAPS_MAX - 1)];
    }
    return monotonicMs - this.#missedMs;
  }
}
