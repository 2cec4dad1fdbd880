/** Asking again and again, while somebody looks. */
import { attended, type Attention } from './attention.js';
import type { Clock } from './clock.js';

export interface PollOptions {
  readonly everyMs: number;
  /** Asked one at a time. What it rejects with was told already, and it is asked again. */
  readonly ask: () => Promise<void>;
  readonly clock: Clock;
  readonly attention: Attention;
  readonly signal: AbortSignal;
}

/** An answer that takes long is asked for seldom: at most this share of the time. */
const BUSY_SHARE_MAX = 0.1;

/** Begins at once. What it answers asks without waiting any longer. */
export function poll(options: PollOptions): () => void {
  let hurry: () => void = () => undefined;
  void repeat(options, (wake) => (hurry = wake));
  return () => hurry();
}

async function repeat({ everyMs, ask, clock, attention, signal }: PollOptions, resting: (wake: () => void) => void): Promise<void> {
  while (!signal.aborted) {
    await attended(attention, signal);
    if (signal.aborted) return;
    const begunMs = clock.wallMs();
    await ask().catch(() => undefined);
    const tookMs = clock.wallMs() - begunMs;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(Math.max(everyMs, tookMs / BUSY_SHARE_MAX), resolve);
      const wake = (): void => {
        cancel();
        resolve();
      };
      resting(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
