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
  /** The audience's: what had been sent to anybody when this one joined. */
  joinedAfter: number;
  /** Must not throw. */
  take(thing: Thing): void;
}

interface Sending<Thing> {
  readonly number: number;
  readonly thing: Thing;
  readonly members: Iterable<Receiver<Thing>>;
}

/** Those who are to get the same. Who joins gets only what is sent from then on, also while something older is on its way. */
export class Audience<Member extends Receiver<Thing>, Thing> {
  readonly #fanOut: FanOut<Thing>;
  readonly #members = new Set<Member>();

  constructor(fanOut: FanOut<Thing>) {
    this.#fanOut = fanOut;
  }

  get size(): number {
    return this.#members.size;
  }

  join(member: Member): void {
    member.joinedAfter = this.#fanOut.sent;
    this.#members.add(member);
  }

  leave(member: Member): void {
    this.#members.delete(member);
  }

  send(thing: Thing): void {
    if (this.#members.size > 0) this.#fanOut.send(thing, this.#members);
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#members[Symbol.iterator]();
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

  /** The first receivers have it when this returns. `members` may change meanwhile. */
  send(thing: Thing, members: Iterable<Receiver<Thing>>): void {
    this.#queue.push({ number: ++this.#sent, thing, members });
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    const slices = new Slices(this.#clock, STEPS_PER_SLICE);
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const { number, thing, members } of batch) {
        for (const receiver of members) {
          if (receiver.joinedAfter >= number) continue;
          receiver.take(thing);
          if (slices.isOver()) await slices.next();
        }
      }
    }
    this.#running = false;
  }
}
