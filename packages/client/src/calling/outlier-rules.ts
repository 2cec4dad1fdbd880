/** When an instance is left alone for a while, and for how long. */

export interface OutlierRules {
  /** So many failures in a row eject. */
  readonly consecutiveFailures: number;
  /** This share of failures within the window ejects, */
  readonly failureShare: number;
  /** where there were at least so many calls: of three calls one proves nothing. */
  readonly callsMin: number;
  readonly windowMs: number;
  /** An instance whose answers take so many times what they take in the middle of the pool is ejected; 0 looks at no latency. */
  readonly latencyFactor: number;
  /** Unless it is no slower than this: who is five times slower than half a millisecond disturbs nobody. */
  readonly latencyFloorMs: number;
  /** The first ejection; the nth in a row takes n times as long. */
  readonly ejectionMs: number;
  /** The same for who refused a connection: a restart takes seconds, and asking again costs nobody anything. */
  readonly refusalMs: number;
  /** However often. */
  readonly ejectionMsMax: number;
  /** Up to this share is added at random, so that not all programs come back at the same moment. */
  readonly jitter: number;
  /**
   * No more than this share of the pool (but one always may) is ejected on suspicion. A refused connection is no suspicion, and
   * not bound by it: where all refuse, the pool's panic offers them again.
   */
  readonly ejectedShareMax: number;
  /** Successful probes, one at a time, until it is back. */
  readonly probes: number;
}

export const usualOutlierRules: OutlierRules = {
  consecutiveFailures: 5,
  failureShare: 0.5,
  callsMin: 20,
  windowMs: 10_000,
  latencyFactor: 5,
  latencyFloorMs: 250,
  ejectionMs: 10_000,
  refusalMs: 1000,
  ejectionMsMax: 300_000,
  jitter: 0.2,
  ejectedShareMax: 0.5,
  probes: 1,
};

export type EjectionReason = 'refused' | 'failures-in-a-row' | 'failure-share' | 'latency' | 'asked-for' | 'probe-failed';
