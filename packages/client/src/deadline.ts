/** How long a call may take, and whoever gives up on it earlier. */
import type { Clock } from './ports.js';

export interface Deadline {
  /** Ends what it is given to: when the time is over, or when the caller's own signal says so. */
  readonly signal: AbortSignal;
  readonly isOver: boolean;
  /** To be called in the end, whatever came of it. */
  release(): void;
}

/** A deadline that comes so late says that this process stood still, or its loop was busy. */
const LATE_MS = 100;
/** What was answered in the meantime lies there and has only to be read: it gets so long. */
const GRACE_MS = 100;

export function deadlineOf(clock: Clock, timeoutMs: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const passOn = (): void => controller.abort(caller?.reason);
  if (caller?.aborted === true) passOn();
  else caller?.addEventListener('abort', passOn, { once: true });
  const end = (): void => {
    isOver = true;
    controller.abort();
  };
  const dueMs = clock.monotonicMs() + timeoutMs;
  let cancel = clock.after(timeoutMs, () => {
    if (clock.monotonicMs() - dueMs < LATE_MS) end();
    else cancel = clock.after(GRACE_MS, end);
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
