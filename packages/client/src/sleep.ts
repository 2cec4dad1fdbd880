/** Waiting, until the time is over or a signal says so. */
import type { Clock } from './ports.js';

export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(delayMs, () => over());
    const over = (): void => {
      cancel();
      signal?.removeEventListener('abort', over);
      resolve();
    };
    signal?.addEventListener('abort', over, { once: true });
    if (signal?.aborted === true) over();
  });
}
