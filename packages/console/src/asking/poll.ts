/** Asking again and again, while somebody looks. */
import { attended, type Attention } from './attention.js';
import { pause, type Clock } from './clock.js';
import { AskError } from './registry.js';

export interface PollOptions {
  readonly everyMs: number;
  /**
   * Asked one at a time. What it rejects with was told already, and it is asked again, unless that would be as vain: every refusal
   * of somebody who may not is a line in the registry's audit.
   */
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
    const isVain = await ask().then(() => false, isVainAgain);
    if (isVain) return;
    const tookMs = clock.wallMs() - begunMs;
    await pause(clock, Math.max(everyMs, tookMs / BUSY_SHARE_MAX), signal, resting);
  }
}

function isVainAgain(error: unknown): boolean {
  return error instanceof AskError && (error.refusal === 'forbidden' || error.refusal === 'unauthenticated');
}
