/** What can be read, waited for, and read again: a service, a key, a list of sessions. */
export interface Shown {
  /** Left out: 200. */
  readonly status?: number;
  /** Left out: JSON. */
  readonly mediaType?: string;
  /** Names and values in turns, besides the usual ones. */
  readonly headers?: readonly string[];
  /** `null`: none. */
  readonly body: Buffer | string | null;
}

/** The port between what is kept and how it is waited for. Everything is called synchronously, and shows one moment. */
export interface Watched {
  /**
   * All that the answer follows from: what is asked for, how it is filtered and laid out, and what the caller may read. Those who
   * ask the same wait together, and what is read once is sent to all of them.
   */
  readonly key: string;
  /**
   * When that which is asked for last moved: what `X-Consul-Index` says. At least 1. It moves whenever the answer changes, and may
   * move where it does not; it never goes back, unless the log is set back.
   */
  index(): number;
  /** As it is at this moment. May throw a refusal. */
  read(): Shown;
  /** Calls whenever the index may have moved, in the turn in which that happened. Must be cheap. The answer ends it. */
  listen(moved: () => void): () => void;
  /** Wherever the index moves the answer is another one: it need not be read to know. Left out: it is read and compared. */
  readonly isExact?: boolean;
  /** Each step counts, as of a lock: it is told at once, and not gathered with those that follow. Left out: it is. */
  readonly isPrompt?: boolean;
  /** Any other index than the caller's is news, also a smaller one. Left out: a greater one is. */
  readonly anyIndex?: boolean;
  /** Waited for by `?hash=` instead of `?index=`: what the answer is at this moment, in a few characters. */
  hash?(): string;
}

/** What a caller has already. */
export interface Known {
  /** Of 64 bits, which a double rounds. `null` where it waits by a hash. */
  readonly index: number | null;
  readonly hash: string;
}

/** It knows less than there is. */
export function isNews(watched: Watched, { index, hash }: Known): boolean {
  if (index === null) return watched.hash?.() !== hash;
  return watched.anyIndex === true ? watched.index() !== index : watched.index() > index;
}
