/** How much goes on at a time: so many calls, then a bounded queue in which one waits for a bounded time. */
import type { Clock } from '../ports.js';
import { WaitingLine, type Waiting } from './waiting-line.js';

export interface BulkheadRules {
  /** Calls of a service at a time. */
  readonly callsMax: number;
  /** Calls of one instance at a time, and the connections to it. */
  readonly instanceCallsMax: number;
  /** Calls that wait for one of those to end. */
  readonly queueMax: number;
  /** How long. Longer than this the caller had better know. */
  readonly queueMs: number;
}

/** Far above what one process does in health; they are there so that a service that hangs cannot take all memory and sockets. */
export const usualBulkhead: BulkheadRules = { callsMax: 2048, instanceCallsMax: 512, queueMax: 2048, queueMs: 1000 };

/** Law: never more than `callsMax` within, nor `queueMax` before the door; who came first enters first. */
export class Bulkhead {
  readonly #callsMax: number;
  readonly #line: WaitingLine;
  #within = 0;

  constructor({ callsMax, queueMax, queueMs }: BulkheadRules, clock: Clock) {
    this.#callsMax = callsMax;
    this.#line = new WaitingLine(queueMax, queueMs, clock);
  }

  get within(): number {
    return this.#within;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Whoever is let in must `leave` once. */
  tryEnter(): boolean {
    if (this.#within >= this.#callsMax) return false;
    this.#within++;
    return true;
  }

  /** `enter` is called once there is room, as if by `tryEnter`; `late` if there was none in time. `null`: the queue is full. */
  wait(waitMs: number, enter: () => void, late: () => void): Waiting | null {
    return this.#line.join(waitMs, enter, late);
  }

  leave(): void {
    // The place goes to who waited longest; nobody new can come between.
    if (!this.#line.next()) this.#within--;
  }
}
