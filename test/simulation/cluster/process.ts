/** One process of a simulated cluster, to which things also come by sockets. */
import { ProcessClock, type SeededRandom } from '@rollcall/conformance';
import type { Clock } from '@rollcall/core';

export class Process extends ProcessClock {
  readonly #random: SeededRandom;
  /** What arrived while it could not run. */
  #arrived: (() => void)[] = [];

  constructor(world: Clock, random: SeededRandom) {
    super(world);
    this.#random = random;
  }

  /** Something comes by a socket. */
  readonly deliver = (arrive: () => void): void => {
    if (this.isStopped) this.#arrived.push(() => this.deliver(arrive));
    else if (this.isRunning) arrive();
  };

  /** Whether timers or sockets are served first after a sleep is chance. */
  override resume(): void {
    if (!this.isStopped) return;
    const [late, arrived] = [this.wake(), this.#arrived];
    this.#arrived = [];
    const calls = this.#random.number() < 0.5 ? [...late, ...arrived] : [...arrived, ...late];
    for (const call of calls) call();
  }

  override end(): void {
    super.end();
    this.#arrived = [];
  }
}
