/** Waiting for room: who came first enters first, only so many wait, and nobody for longer than a bounded time. */
import type { Clock } from '../ports.js';

export interface Waiting {
  /** Waits no longer; nothing is called any more. */
  giveUp(): void;
}

interface Place extends Waiting {
  readonly enter: () => void;
}

export class WaitingLine {
  readonly #lengthMax: number;
  readonly #waitMsMax: number;
  readonly #clock: Clock;
  readonly #places = new Set<Place>();

  constructor(lengthMax: number, waitMsMax: number, clock: Clock) {
    this.#lengthMax = lengthMax;
    this.#waitMsMax = waitMsMax;
    this.#clock = clock;
  }

  get length(): number {
    return this.#places.size;
  }

  /** `enter` is called by `next`; `late` if that did not come in time. `null`: too many wait already. */
  join(waitMs: number, enter: () => void, late: () => void): Waiting | null {
    if (this.#places.size >= this.#lengthMax) return null;
    const cancelTimer = this.#clock.after(Math.min(waitMs, this.#waitMsMax), () => {
      this.#places.delete(place);
      late();
    });
    const giveUp = (): void => {
      cancelTimer();
      this.#places.delete(place);
    };
    const place: Place = { enter, giveUp };
    this.#places.add(place);
    return place;
  }

  /** Lets the first one in. `false`: nobody waits. */
  next(): boolean {
    if (this.#places.size === 0) return false;
    const [first] = this.#places;
    if (first === undefined) return false;
    first.giveUp();
    first.enter();
    return true;
  }
}
