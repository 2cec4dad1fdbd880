/** The clock of one simulated process, in a world that has many: it can be suspended, as by SIGSTOP, and ended, as by SIGKILL. */
import type { Clock } from '@rollcall/core';

export class ProcessClock implements Clock {
  readonly #world: Clock;
  readonly #wallOffsetMs: () => number;
  #state: 'running' | 'stopped' | 'ended' = 'running';
  /** What came due while the process could not run. */
  #late: (() => void)[] = [];

  /** `wallOffsetMs`: by how much the machine's wall clock is off; it outlives the process. */
  constructor(world: Clock, wallOffsetMs: () => number = () => 0) {
    this.#world = world;
    this.#wallOffsetMs = wallOffsetMs;
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
    if (this.#state === 'running') this.#state = 'stopped';
  }

  /** Everything that is late is called now, in its order. */
  resume(): void {
    for (const call of this.wake()) call();
  }

  end(): void {
    this.#state = 'ended';
    this.#late = [];
  }

  /** It runs again, and what came due meanwhile is for whoever wakes it. */
  protected wake(): readonly (() => void)[] {
    if (this.#state !== 'stopped') return [];
    this.#state = 'running';
    const late = this.#late;
    this.#late = [];
    return late;
  }
}
