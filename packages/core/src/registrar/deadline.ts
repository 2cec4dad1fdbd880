/** A limit on how long anybody waits. */
import { RollcallError } from '../errors.js';
import type { Abort } from '../ports/abort.js';
import type { Clock } from '../ports/clock.js';

/** A disk that stalls for longer is not slow but gone; a client that waits for longer has hung up. */
export const WRITE_WITHIN_MS = 5000;

/** Throws `outcome-unknown` when the time is up. Then `work` is told by its signal that nobody waits any more. */
export async function withinTime<Result>(clock: Clock, withinMs: number, work: (signal: Abort) => Promise<Result>): Promise<Result> {
  const deadline = new Deadline();
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(withinMs, () => {
      deadline.expire();
      reject(deadline.reason);
    });
  });
  try {
    return await Promise.race([work(deadline), late]);
  } finally {
    cancel();
  }
}

class Deadline implements Abort {
  aborted = false;
  readonly reason: RollcallError = new RollcallError(
    'outcome-unknown',
    'The log did not answer in time: the write may still happen. Asking again is safe.',
  );
  readonly #listeners = new Set<() => void>();

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  expire(): void {
    this.aborted = true;
    for (const listener of this.#listeners) listener();
  }
}
