/** How long a call may take, and whoever gives up on it earlier. */
import type { Clock } from './ports.js';

export interface Deadline {
  /** Ends what it is given to: when the time is over, or when the caller's own signal says so. */
  readonly signal: AbortSignal;
  readonly isOver: boolean;
  /** To be called in the end, whatever came of it. */
  release(): void;
}

export function deadlineOf(clock: Clock, timeoutMs: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const passOn = (): void => controller.abort(caller?.reason);
  if (caller?.aborted === true) passOn();
  else caller?.addEventListener('abort', passOn, { once: true });
  const cancel = clock.after(timeoutMs, () => {
    isOver = true;
    controller.abort();
  });
  return {
    signal: controller.signal,
    get isOver() {
      return isOver;
    },
    release() {
      cancel();
      caller?.removeEventListener('abort', passOn);
    },
  };
}
