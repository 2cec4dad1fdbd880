/** The network between the nodes of a simulated cluster: each direction of each link is slow or cut for itself. */
import type { SeededRandom } from '@rollcall/conformance';
import type { AttendantName, Clock, Colleague, Colleagues, Heard, NodeName } from '@rollcall/core';
import type { Process } from './process.js';

export interface Station {
  readonly name: NodeName;
  readonly process: Process;
  readonly colleague: Colleague;
}

/** After so long nobody waits for an answer any more. */
const ANSWER_WITHIN_MS = 800;
/** Who could not be reached is tried again. */
const TRY_AGAIN_MS = 1000;
/** One message of so many takes much longer than the others. */
const SLOW_ONE_OF = 50;

export class Wires {
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #stations = new Map<NodeName, Station>();
  readonly #cut = new Set<string>();

  constructor(clock: Clock, random: SeededRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  plug(station: Station): void {
    this.#stations.set(station.name, station);
  }

  cut(from: NodeName, to: NodeName): void {
    this.#cut.add(`${from} ${to}`);
  }

  heal(from: NodeName, to: NodeName): void {
    this.#cut.delete(`${from} ${to}`);
  }

  carries(from: NodeName, to: NodeName): boolean {
    return !this.#cut.has(`${from} ${to}`);
  }

  healAll(): void {
    this.#cut.clear();
  }

  /** A node's way to the others. */
  of(from: NodeName, process: Process): Colleagues {
    const lost = new Set<NodeName>();
    const call = async <Answer>(to: NodeName, ask: (colleague: Colleague) => Answer): Promise<Answer> => {
      try {
        const answer = await this.#call(from, process, to, ask);
        lost.delete(to);
        return answer;
      } catch (error) {
        if (!lost.has(to)) process.after(TRY_AGAIN_MS, () => tryAgain(to));
        lost.add(to);
        throw error;
      }
    };
    const tryAgain = (to: NodeName): void => {
      lost.delete(to);
      call(to, () => null).catch(() => undefined);
    };
    return {
      hand: (to: NodeName, heard: readonly Heard[]) => call(to, (colleague) => colleague.take(heard)),
      ask: (to: NodeName, who: readonly AttendantName[]) => call(to, (colleague) => colleague.ages(who)),
      reaches: (to: NodeName) => !lost.has(to),
    };
  }

  #call<Answer>(from: NodeName, process: Process, to: NodeName, ask: (colleague: Colleague) => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      process.after(ANSWER_WITHIN_MS, () => reject(new Error(`${to} does not answer`)));
      this.#send(from, to, () => {
        const station = this.#stations.get(to);
        station?.process.deliver(() => {
          let settle: () => void;
          try {
            const answer = ask(station.colleague);
            settle = () => resolve(answer);
          } catch (error) {
            const reason = error instanceof Error ? error : new Error(String(error));
            settle = () => reject(reason);
          }
          this.#send(to, from, () => process.deliver(settle));
        });
      });
    });
  }

  #send(from: NodeName, to: NodeName, arrive: () => void): void {
    const delayMs = this.#random.below(SLOW_ONE_OF) === 0 ? 5 * this.#random.below(100) : 5 * (1 + this.#random.below(2));
    this.#clock.after(delayMs, () => {
      if (!this.#cut.has(`${from} ${to}`)) arrive();
    });
  }
}
