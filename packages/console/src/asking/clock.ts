/** Time, as a browser has it; everything else is passed this. */

export interface Clock {
  wallMs(): number;
  /** Calls once; what it answers cancels. */
  after(ms: number, call: () => void): () => void;
}

export const browserClock: Clock = {
  wallMs: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Settles then, or when the signal says that nobody waits any more, or as soon as what `resting` was given is called. */
export function pause(clock: Clock, ms: number, signal: AbortSignal, resting?: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = (): void => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal.addEventListener('abort', wake);
    resting?.(wake);
  });
}

/** Calls at once, and for whatever happens within `everyMs` of that once more at its end. */
export function calmly(clock: Clock, everyMs: number, call: () => void): () => void {
  let resting = false;
  let again = false;
  const go = (): void => {
    again = false;
    resting = true;
    clock.after(everyMs, () => {
      resting = false;
      if (again) go();
    });
    call();
  };
  return () => {
    if (resting) again = true;
    else go();
  };
}
