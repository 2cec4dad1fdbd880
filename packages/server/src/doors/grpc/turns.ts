/** When the calls of one connection begin: so many in a turn of the loop, and none while it does not take its answers. */
import { atTurnsEnd } from '../../shared/turn.js';
import { CALLS_PER_TURN, CALLS_WAITING_MAX, UNREAD_ANSWERS_BYTES_MAX } from './limits.js';

/** Answers whether there was anything to do: its caller may have given up while it waited. */
export type Begin = () => boolean;

export class Turns {
  readonly #unreadBytes: () => number;
  #waiting: Begin[] = [];
  #begun = 0;
  #isScheduled = false;

  constructor(unreadBytes: () => number) {
    this.#unreadBytes = unreadBytes;
  }

  /** At once, or when it is its turn; those that wait keep their order. Answers `false` where there is no room to wait. */
  begin(call: Begin): boolean {
    if (this.#waiting.length >= CALLS_WAITING_MAX) return false;
    if (this.#waiting.length > 0 || !this.#mayBegin()) this.#waiting.push(call);
    else this.#start(call);
    return true;
  }

  /** Some answers were taken. */
  goOn(): void {
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** Nobody waits any more. */
  close(): void {
    this.#waiting = [];
  }

  #mayBegin(): boolean {
    return this.#begun < CALLS_PER_TURN && this.#unreadBytes() <= UNREAD_ANSWERS_BYTES_MAX;
  }

  #start(call: Begin): void {
    if (!call()) return;
    this.#begun++;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    atTurnsEnd(this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#isScheduled = false;
    this.#begun = 0;
    let at = 0;
    while (at < this.#waiting.length && this.#mayBegin()) this.#start(this.#waiting[at++] as Begin);
    if (at > 0) this.#waiting = this.#waiting.slice(at);
  };
}
