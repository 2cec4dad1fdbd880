/** The clock of a run: milliseconds since it began, never backwards; and the registry's times of day put beside them. */
import { performance } from 'node:perf_hooks';

export class Stopwatch {
  readonly #beganMs: number = performance.now();
  readonly #beganWallMs: number = Date.now();

  now(): number {
    return performance.now() - this.#beganMs;
  }

  /** Only as good as nobody sets the clock meanwhile. */
  ofWall(time: string): number {
    return Date.parse(time) - this.#beganWallMs;
  }
}
