/** What is acknowledged is visible: an answer waits until the view beside it shows what the log took. */
import { RollcallError } from '../errors.js';

export interface Visibility {
  /** Throws `outcome-unknown` if the view does not get there in time. */
  wait(revision: number): Promise<void>;
}

/** The watch is a step behind the log; who is this far behind has lost it. */
const VISIBLE_WITHIN_MS = 5000;

/** As much of the catalog as it needs. */
export interface Reaching {
  reached(revision: number, withinMs: number): Promise<boolean>;
}

export function visibilityIn(catalog: Reaching): Visibility {
  return {
    async wait(revision) {
      if (await catalog.reached(revision, VISIBLE_WITHIN_MS)) return;
      throw new RollcallError('outcome-unknown', 'The write was made, but this node does not see it yet. Asking again is safe.', {
        revision,
      });
    },
  };
}
