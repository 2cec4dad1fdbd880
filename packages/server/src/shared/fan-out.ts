/**
 * One thing for many receivers, in slices that never hold up the loop for long.
 *
 * The law: every receiver gets what was sent to its set after it joined, in the order in which it was sent, each
 * once, until it leaves.
 */
import type { Clock } from '@rollcall/core';
import { Slices } from './slice.js';

/** How many receivers get theirs before others have a turn: about seven microseconds each. */
const STEPS_PER_SLICE = 500;

export interface Receiver<Thing> {
  /** Must not throw. */
  take(thing: Thing): void;
}

interface Sending<Thing> {
  readonly number: number;
  readonly thing: Thing;
  readonly audience: Audience<Thing>;
}

/** Those who are to get the same. Who joins gets only what is sent from then on, also while something older is on its way. */
export class Audience<Thing> {
  readonly #fanOut: FanOut<Thing>;
  readonly #members = new Map<Receiver<Thing>, number>();

  constructor(fanOut: FanOut<Thing>) {
    this.#fanOut = fanOut;
  }

  get size(): number {
    return this.#members.size;
  }

  join(receiver: Receiver<Thing>): void {
    this.#members.set(receiver, this.#fanOut.sent);
  }

  leave(receiver: Receiver<Thing>): void {
    this.#members.delete(receiver);
  }

  send(thing: Thing): void {
    if (this.#members.size > 0) this.#fanOut.send(thing, this);
  }

  /** With what had been sent to anybody when each of them joined. */
  members(): Iterable<[Receiver<Thing>, number]> {
    return this.#members;
  }
}

export class FanOut<Thing> {
  readonly #clock: Clock;
  #queue: Sending<Thing>[] = [];
  #running = false;
  #sent = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many things were sent so far, to whomever. */
  get sent(): number {
    return this.#sent;
  }

  /** The first receivers have it when this returns. */
  send(thing: Thing, audience: Audience<Thing>): void {
    this.#queue.push({ number: ++this.#sent, thing, audience });
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    const slices = new Slices(this.#clock, STEPS_PER_SLICE);
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const { number, thing, audience } of batch) {
        for (const [receiver, joinedAfter] of audience.members()) {
          if (joinedAfter >= number) continue;
          receiver.take(thing);
          if (slices.isOver()) await slices.next();
        }
      }
    }
    this.#running = false;
  }
}
