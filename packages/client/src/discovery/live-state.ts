/** How it stands between a live view and its registry. */

export type LiveStateName =
  /** Nothing was heard yet. */
  | 'starting'
  /** The registry tells every change at once. */
  | 'live'
  /** The registry answers, and says itself that it cannot follow its log at the moment. */
  | 'stale'
  /** No registry answers: what is shown is the last that was heard. */
  | 'away'
  /** The registry refuses to tell, for good as it seems: asked again now and then, in case a token or a rule changes. */
  | 'refused'
  | 'closed';

export interface LiveState {
  readonly state: LiveStateName;
  /** Why it is `away` or `refused`. */
  readonly because?: Error;
}

export const starting: LiveState = { state: 'starting' };
export const live: LiveState = { state: 'live' };
export const stale: LiveState = { state: 'stale' };
export const closed: LiveState = { state: 'closed' };
