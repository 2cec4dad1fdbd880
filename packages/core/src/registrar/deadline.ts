/** A limit on how long anybody waits. All who wait for equally long share one timer. */
import { RollcallError } from '../errors.js';
import type { Clock } from '../ports/clock.js';

/** A disk that stalls for longer is not slow but gone; a client that waits for longer has hung up. */
export const WRITE_WITHIN_MS = 5000;

export class Deadlines {
  readonly #clock: Clock;
  readonly #withinMs: number;
  /** In the order in which they began, which is the one in which they end. */
  readonly #running = new Set<Deadline>();
  #isArmed = false;

  constructor(clock: Clock, withinMs: number) {
    this.#clock = clock;
    this.#withinMs = withinMs;
  }

  /** `work` waits for others only through its deadline. Throws `outcome-unknown` when the time is up. */
  within<Result>(work: (deadline: Deadline) => Promise<Result>): Promise<Result> {
    const deadline = new Deadline(this.#clock.monotonicMs() + this.#withinMs);
    this.#running.add(deadline);
    if (!this.#isArmed) this.#arm(this.#withinMs);
    const end = (): void => void this.#running.delete(deadline);
    const working = work(deadline);
    working.then(end, end);
    return working;
  }

  /** The timer is not stopped when nobody waits: it fires once, finds nobody, and is set again by the next one who does. */
  #arm(delayMs: number): void {
    this.#isArmed = true;
    this.#clock.after(delayMs, () => this.#look());
  }

  #look(): void {
    this.#isArmed = false;
    const nowMs = this.#clock.monotonicMs();
    for (const deadline of this.#running) {
      if (deadline.untilMs > nowMs) return this.#arm(deadline.untilMs - nowMs);
      this.#running.delete(deadline);
      deadline.expire();
    }
  }
}

export class Deadline {
  readonly untilMs: number;
  #isOver = false;
  /** Of all that it ever waited for: few, and deaf once they have settled. */
  readonly #giveUp: ((reason: RollcallError) => void)[] = [];

  constructor(untilMs: number) {
    this.untilMs = untilMs;
  }

  /** Whoever waited in line for too long does nothing any more. */
  check(): void {
    if (this.#isOver) throw late();
  }

  /** Settles as `asked` does, or when the time is up. What was asked for may still happen then. */
  wait<Result>(asked: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      asked.then(resolve, reject);
      this.#giveUp.push(reject);
      if (this.#isOver) reject(late());
    });
  }

  expire(): void {
    this.#isOver = true;
    for (const giveUp of this.#giveUp) giveUp(late());
  }
}

function late(): RollcallError {
  return new RollcallError('outcome-unknown', 'The log did not answer in time: the write may still happen. Asking again is safe.');
}
