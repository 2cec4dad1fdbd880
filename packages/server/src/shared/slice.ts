/**
 * Long work, cut into slices: between two steps one asks whether the turn has lasted long enough, and if so lets the
 * others have theirs. Asking is cheap, so that steps may be small.
 */
import type { Clock } from '@rollcall/core';
import { nextTurn } from './turn.js';

/** Short enough that nobody waiting for an answer notices; long enough that changing turns costs next to nothing. */
const SLICE_MS = 5;

/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 16;

export class Slices {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #stepsMax: number;
  #beganMs: number;
  #steps = 0;

  /** Also ends a slice after so many steps, whatever the clock says: what a step sets going may be done after it. */
  constructor(clock: Pick<Clock, 'monotonicMs'>, stepsMax: number) {
    this.#clock = clock;
    this.#stepsMax = stepsMax;
    this.#beganMs = clock.monotonicMs();
  }

  /** Counts a step. */
  isOver(): boolean {
    this.#steps++;
    if (this.#steps >= this.#stepsMax) return true;
    return this.#steps % STEPS_PER_LOOK === 0 && this.#clock.monotonicMs() - this.#beganMs >= SLICE_MS;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#steps = 0;
    this.#beganMs = this.#clock.monotonicMs();
  }
}
