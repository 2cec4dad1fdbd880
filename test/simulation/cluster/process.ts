/** One process of a simulated cluster: it can be suspended, as by SIGSTOP, and killed. */
import type { SeededRandom } from '@rollcall/conformance';
import type { Clock } from '@rollcall/core';

export class Process implements Clock {
  readonly #world: Clock;
  readonly #random: SeededRandom;
  #state: 'running' | 'stopped' | 'ended' = 'running';
  /** What came due, and what arrived, while it could not run. */
  #late: (() => void)[] = [];
  #arrived: (() => void)[] = [];

  constructor(world: Clock, random: SeededRandom) {
    this.#world = world;
    this.#random = random;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  get isStopped(): boolean {
    return this.#state === 'stopped';
  }

  monotonicMs(): number {
    return this.#world.monotonicMs();
  }

  wallMs(): number {
    return this.#world.wallMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    let isCancelled = false;
    const call = (): void => {
      if (isCancelled || this.#state === 'ended') return;
      if (this.#state === 'stopped') this.#late.push(call);
      else callback();
    };
    const cancel = this.#world.after(delayMs, call);
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  /** Something comes by a socket. */
  readonly deliver = (arrive: () => void): void => {
    if (this.#state === 'stopped') this.#arrived.push(() => this.deliver(arrive));
    else if (this.#state === 'running') arrive();
  };

  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped';
  }

  /** Whether timers or sockets are served first after a sleep is chance. */
  resume(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'running';
    const [late, arrived] = [this.#late, this.#arrived];
    this.#late = [];
    this.#arrived = [];
    const calls = this.#random.number() < 0.5 ? [...late, ...arrived] : [...arrived, ...late];
    for (const call of calls) call();
  }

  end(): void {
    this.#state = 'ended';
    this.#late = [];
    this.#arrived = [];
  }
}
