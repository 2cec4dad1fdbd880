/** What is acknowledged is visible: an answer waits until the view beside it shows what the log took. */
import { RollcallError } from '../errors.js';

export interface Visibility {
  /** Throws `outcome-unknown` if the view does not get there in time. */
  wait(revision: number): Promise<void>;
  /**
   * Settles when the view shows whatever the log held when this was called: then an absence is one. Many who ask at once
   * are one question to the log. Throws `not-ready` if the view does not get there in time, or what the log throws.
   */
  catchUp(): Promise<void>;
}

/** The watch is a step behind the log; who is this far behind has lost it. */
const VISIBLE_WITHIN_MS = 5000;

/** As much of the catalog as it needs. */
export interface Reaching {
  reached(revision: number, withinMs: number): Promise<boolean>;
  caughtUp(withinMs: number): Promise<boolean>;
}

export function visibilityIn(catalog: Reaching): Visibility {
  let asking: Promise<boolean> | null = null;
  let next: Promise<boolean> | null = null;
  const ask = (): Promise<boolean> => {
    const asked = catalog.caughtUp(VISIBLE_WITHIN_MS).finally(() => {
      if (asking === asked) asking = null;
    });
    asking = asked;
    return asked;
  };
  return {
    async wait(revision) {
      if (await catalog.reached(revision, VISIBLE_WITHIN_MS)) return;
      throw new RollcallError('outcome-unknown', 'The write was made, but this node does not see it yet. Asking again is safe.', {
        revision,
      });
    },

    async catchUp() {
      // A question that is on its way may have been answered before this one was asked: it counts for those who come after it.
      next ??= (asking ?? Promise.resolve(true)).then(forget, forget);
      if (await next) return;
      throw new RollcallError('not-ready', 'This node is behind the log and cannot tell who is here. Ask again, or ask another one.');
    },
  };

  function forget(): Promise<boolean> {
    next = null;
    return ask();
  }
}
