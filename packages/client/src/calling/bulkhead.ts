/** How much goes on at a time: so many calls, then a bounded queue in which one waits for a bounded time. */
import type { Clock } from '../ports.js';

export interface BulkheadRules {
  /** Calls at a time. */
  readonly callsMax: number;
  /** Calls that wait for one of those to end. */
  readonly queueMax: number;
  /** How long. Longer than this the caller had better know. */
  readonly queueMs: number;
}

/** Far above what one process does in health; they are there so that a service that hangs cannot take all memory and sockets. */
export const usualBulkhead: BulkheadRules = { callsMax: 2048, queueMax: 2048, queueMs: 1000 };

export interface Waiting {
  /** Waits no longer; nothing is called any more. */
  giveUp(): void;
}

interface Place extends Waiting {
  readonly enter: () => void;
  readonly cancelTimer: () => void;
}

/** Law: never more than `callsMax` within, nor `queueMax` before the door; who came first enters first. */
export class Bulkhead {
  readonly #rules: BulkheadRules;
  readonly #clock: Clock;
  readonly #queue = new Set<Place>();
  #within = 0;

  constructor(rules: BulkheadRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  get within(): number {
    return this.#within;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Whoever is let in must `leave` once. */
  tryEnter(): boolean {
    if (this.#within >= this.#rules.callsMax) return false;
    this.#within++;
    return true;
  }

  /** `enter` is called once there is room, as if by `tryEnter`; `late` if there was none in time. `null`: the queue is full. */
  wait(waitMs: number, enter: () => void, late: () => void): Waiting | null {
    if (this.#queue.size >= this.#rules.queueMax) return null;
    const cancelTimer = this.#clock.after(Math.min(waitMs, this.#rules.queueMs), () => {
      this.#queue.delete(place);
      late();
    });
    const giveUp = (): void => {
      cancelTimer();
      this.#queue.delete(place);
    };
    const place: Place = { enter, cancelTimer, giveUp };
    this.#queue.add(place);
    return place;
  }

  leave(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#within--;
      return;
    }
    // The place goes to who waited longest; nobody new can come between.
    next.giveUp();
    next.enter();
  }
}
