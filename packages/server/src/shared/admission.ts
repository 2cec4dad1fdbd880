/** Who gets in while there is more to do than can be done: the decision is core's, this is where it is carried out. */
import { isShed, lanes, RollcallError, type Counter, type Lane, type Load, type Meter, type Metric, type Random } from '@rollcall/core';

const shed: Metric = {
  name: 'rollcall_requests_shed_total',
  kind: 'counter',
  help: 'Requests that were sent away because there was more to do than could be done.',
  labels: { lane: lanes },
};

export interface AdmissionOptions {
  /** Asked for every request: must be cheap. */
  readonly load: () => Load;
  readonly random: Random;
  readonly meter: Meter;
}

export class Admission {
  readonly #load: () => Load;
  readonly #random: Random;
  readonly #shed: Readonly<Record<Lane, Counter>>;

  constructor({ load, random, meter }: AdmissionOptions) {
    this.#load = load;
    this.#random = random;
    this.#shed = Object.fromEntries(lanes.map((lane) => [lane, meter.counter(shed, { lane })])) as Record<Lane, Counter>;
  }

  /** `null`: it gets in. */
  refusal(lane: Lane): RollcallError | null {
    const load = this.#load();
    if (load.loopDelayMs === 0 && load.commitsWaiting === 0) return null;
    if (!isShed(lane, load, this.#random.number())) return null;
    this.#shed[lane].add();
    return new RollcallError(
      'overloaded',
      `This node is busy (${Math.round(load.loopDelayMs)} ms behind, ${load.commitsWaiting} commits waiting) and does not take a ${lane} now. Ask again later, or ask another node.`,
    );
  }
}
