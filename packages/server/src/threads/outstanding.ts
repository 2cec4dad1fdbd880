/** What a reader was sent and has not taken in yet. */
import type { Clock } from '@rollcall/core';

interface Sent {
  readonly number: number;
  readonly bytes: number;
  readonly isChange: boolean;
  readonly atMs: number;
}

export class Outstanding {
  readonly #clock: Clock;
  readonly #late: (lateMs: number) => void;
  /** In the order of their numbers; those before `#first` were taken. */
  #sent: Sent[] = [];
  #first = 0;
  #bytes = 0;

  constructor(clock: Clock, late: (lateMs: number) => void) {
    this.#clock = clock;
    this.#late = late;
  }

  get bytes(): number {
    return this.#bytes;
  }

  sent(number: number, bytes: number, isChange: boolean): void {
    this.#sent.push({ number, bytes, isChange, atMs: this.#clock.monotonicMs() });
    this.#bytes += bytes;
  }

  /** Everything up to this number. */
  took(number: number): void {
    const nowMs = this.#clock.monotonicMs();
    for (; this.#first < this.#sent.length; this.#first++) {
      const one = this.#sent[this.#first] as Sent;
      if (one.number > number) break;
      this.#bytes -= one.bytes;
      if (one.isChange) this.#late(nowMs - one.atMs);
    }
    // What was taken is let go when it is most of them, which costs each of them one step.
    if (this.#first * 2 < this.#sent.length) return;
    this.#sent = this.#sent.slice(this.#first);
    this.#first = 0;
  }
}
