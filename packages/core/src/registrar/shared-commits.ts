/**
 * Writers who come in one turn of the event loop share a commit. Each of them is a commit in it, with a condition and a result
 * of its own: so nobody notices, but that the log, the view and all who follow have one revision to see to instead of many.
 */
import type { CallOptions, NestedCommit, Operation, Store } from '../ports/store.js';
import type { Deadline, Deadlines } from './deadline.js';

/** Has the work done when all that has come in this turn of the event loop was looked at. */
export type AtTurnsEnd = (work: () => void) => void;

/** Of a larger crowd, the first are on their way to the disk while the rest is judged. */
const SHARED_MAX = 32;

/** What a commit may carry, less its keys: those of the longest ids and services, a hundred times. */
export const VALUE_BYTES_MAX: number = 512 * 1024;

/** Keys and records are made for one commit and never changed. */
export const given: CallOptions = { given: true };

/** Exactly one of the three is called, once. */
export interface Sharer {
  readonly commit: NestedCommit;
  /** Its condition held; `revision` is the one of all who share it. */
  done(revision: number): void;
  /** Its condition did not hold, and nothing of it happened. Settles, within the deadline, when it has no more to do. */
  overtaken(deadline: Deadline): Promise<void>;
  failed(reason: unknown): void;
}

export class SharedCommits {
  readonly #store: Pick<Store, 'commit'>;
  readonly #deadlines: Deadlines;
  readonly #atTurnsEnd: AtTurnsEnd;
  #gathered: Sharer[] = [];
  #bytes = 0;

  constructor(store: Pick<Store, 'commit'>, deadlines: Deadlines, atTurnsEnd: AtTurnsEnd) {
    this.#store = store;
    this.#deadlines = deadlines;
    this.#atTurnsEnd = atTurnsEnd;
  }

  /** No two that are under way at a time may write the same key. */
  join(sharer: Sharer): void {
    const bytes = bytesOf(sharer.commit.then);
    if (this.#bytes + bytes > VALUE_BYTES_MAX) this.#send();
    this.#bytes += bytes;
    const count = this.#gathered.push(sharer);
    if (count === 1) this.#atTurnsEnd(this.#send);
    else if (count === SHARED_MAX) this.#send();
  }

  readonly #send = (): void => {
    const sharers = this.#gathered;
    if (sharers.length === 0) return;
    this.#gathered = [];
    this.#bytes = 0;
    void this.#deadlines.within((deadline) => this.#write(sharers, deadline));
  };

  /** Never rejects: whatever happens is told to those whom it concerns. */
  async #write(sharers: readonly Sharer[], deadline: Deadline): Promise<void> {
    const overtaken: Sharer[] = [];
    try {
      const { revision, succeeded } = await deadline.wait(commitOf(this.#store, sharers));
      for (const [at, sharer] of sharers.entries()) {
        if (succeeded[at] === true) sharer.done(revision);
        else overtaken.push(sharer);
      }
    } catch (reason) {
      for (const sharer of sharers) sharer.failed(reason);
    }
    await Promise.all(overtaken.map((sharer) => sharer.overtaken(deadline)));
  }
}

/** Whoever is alone has a commit of its own. */
async function commitOf(
  store: Pick<Store, 'commit'>,
  sharers: readonly Sharer[],
): Promise<{ readonly revision: number; readonly succeeded: readonly boolean[] }> {
  const commits = sharers.map(({ commit }) => commit);
  const [only] = commits;
  if (only !== undefined && commits.length === 1) {
    const { revision, succeeded } = await store.commit(only, given);
    return { revision, succeeded: [succeeded] };
  }
  const { revision, results } = await store.commit({ then: commits }, given);
  return { revision, succeeded: results.map((one) => one.type === 'commit' && one.succeeded) };
}

export function bytesOf(operations: readonly Operation[]): number {
  let bytes = 0;
  for (const operation of operations) if (operation.type === 'put' && operation.value !== 'keep') bytes += operation.value.length;
  return bytes;
}
