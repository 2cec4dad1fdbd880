/** The clock of one node: it can be stopped, as a suspended process is; ended, as a killed one; and set, as by an operator. */
import type { SimulatedClock } from '@rollcall/conformance';
import type { Clock } from '@rollcall/core';

export class NodeClock implements Clock {
  readonly #world: SimulatedClock;
  readonly #wallOffsetMs: () => number;
  #state: 'running' | 'stopped' | 'ended' = 'running';
  /** What came due while the process could not run. */
  #late: (() => void)[] = [];

  /** The machine's wall clock may be off; it outlives the process. */
  constructor(world: SimulatedClock, wallOffsetMs: () => number) {
    this.#world = world;
    this.#wallOffsetMs = wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#world.monotonicMs();
  }

  wallMs(): number {
    return this.#world.wallMs() + this.#wallOffsetMs();
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

  stop(): void {
    this.#state = 'stopped';
  }

  /** Everything that is late is called now, in its order. */
  resume(): void {
    this.#state = 'running';
    const late = this.#late;
    this.#late = [];
    for (const call of late) call();
  }

  end(): void {
    this.#state = 'ended';
    this.#late = [];
  }
}
