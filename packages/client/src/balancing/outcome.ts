/** A call to an endpoint, and how it ended. */
import type { Endpoint } from './endpoint.js';

export type OutcomeKind =
  /** An answer that says nothing against the instance: also a 404. */
  | 'answered'
  /** An answer that does: usually a status from 500. */
  | 'failed'
  /** No connection came about: nothing was sent. */
  | 'refused'
  /** No answer within the caller's time. */
  | 'timeout'
  /** The connection broke before the answer was whole. */
  | 'reset'
  /** The caller lost interest, or never said how it went: says nothing about the instance. */
  | 'abandoned';

export interface Outcome {
  readonly kind: OutcomeKind;
  /** As HTTP has it, where there was one. */
  readonly status?: number;
  /**
   * What the answer took, where that is known better than by the end of the call: how long its body is says nothing about the
   * instance.
   */
  readonly tookMs?: number;
}

/** A call that was begun. `using call = endpoint.begin()` ends it as abandoned if nobody has said anything by then. */
export interface Call extends Disposable {
  readonly endpoint: Endpoint;
  /** On the monotonic clock. */
  readonly startedMs: number;
  /** Counts the call out and learns from it. Once; what is said later is ignored. */
  end(outcome: Outcome): void;
}
