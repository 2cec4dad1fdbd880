/** Heartbeats that come one by one go on together: all of one turn of the loop, and while many are on their way, all that wait. */
import { RollcallError } from '@rollcall/core';
import { CALLS_PER_REQUEST_MAX, type RegistrarCall } from '../shared/registrar-calls.js';
import { nextTurn } from '../shared/turn.js';
import type { CallResult } from './remote-calls.js';

/** One slow answer among them holds up a fraction of the others. */
const REQUESTS_AT_ONCE_MAX = 8;

/** Who comes then is told to come back: the way to the full nodes is slower than what comes in. */
const WAITING_MAX = 50_000;

interface Waiting {
  readonly call: RegistrarCall;
  readonly settle: (result: CallResult) => void;
}

export class CallCrowd {
  readonly #perform: (calls: readonly RegistrarCall[]) => Promise<readonly CallResult[]>;
  #waiting: Waiting[] = [];
  #underWay = 0;
  #isGathering = false;

  constructor(perform: (calls: readonly RegistrarCall[]) => Promise<readonly CallResult[]>) {
    this.#perform = perform;
  }

  add(call: RegistrarCall): Promise<CallResult> {
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.resolve({
        error: new RollcallError('overloaded', 'More heartbeats come in than the full nodes take from this replica.'),
      });
    }
    return new Promise((settle) => {
      this.#waiting.push({ call, settle });
      this.#gather();
    });
  }

  #gather(): void {
    if (this.#isGathering || this.#underWay >= REQUESTS_AT_ONCE_MAX || this.#waiting.length === 0) return;
    this.#isGathering = true;
    void nextTurn().then(() => {
      this.#isGathering = false;
      void this.#send(this.#waiting.splice(0, CALLS_PER_REQUEST_MAX));
      return this.#gather();
    });
  }

  async #send(some: readonly Waiting[]): Promise<void> {
    this.#underWay++;
    const results = await this.#perform(some.map(({ call }) => call));
    this.#underWay--;
    some.forEach(({ settle }, at) => settle(results[at] as CallResult));
    this.#gather();
  }
}
