/** Whether somebody looks: what is in a tab behind others asks for nothing, and holds no stream. */

export interface Attention {
  /** Somebody looks. */
  readonly isThere: boolean;
  /** Called whenever that changes, until the signal is aborted. */
  follow(listener: () => void, signal: AbortSignal): void;
}

export function attentionOf(document: Document): Attention {
  return {
    get isThere() {
      return !document.hidden;
    },
    follow: (listener, signal) => document.addEventListener('visibilitychange', listener, { signal }),
  };
}

/** Settles when somebody looks, or the signal is aborted. */
export function attended(attention: Attention, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (attention.isThere || signal.aborted) return resolve();
    const over = new AbortController();
    const end = (): void => {
      over.abort();
      resolve();
    };
    attention.follow(() => attention.isThere && end(), over.signal);
    signal.addEventListener('abort', end, { once: true, signal: over.signal });
  });
}
